//! YAML with places: reads a file into a tree whose nodes know their byte range, then into types, and goes on after a
//! mistake. serde stops at the first error; a clinician wants all of them. So each mistake is noted, the entry that
//! holds it is left out, and the rest is read again.

mod syntax;
pub mod tree;

use std::cmp::Ordering;
use std::collections::HashSet;
use std::fmt;
use std::ops::Range;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor};

use self::tree::{Kind, Node};
use super::problem::{Code, Problem, did_you_mean};

/// A value and where it stands in the file, in bytes.
#[derive(Clone, Debug, Default)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its byte range in the file.
    pub span: Range<usize>,
}

impl<T> std::ops::Deref for Spanned<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}
impl<T: Eq> Eq for Spanned<T> {}
impl<T: PartialOrd> PartialOrd for Spanned<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}
impl<T: Ord> Ord for Spanned<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value.cmp(&other.value)
    }
}

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}

/// The name by which [`Spanned`] asks the deserializer of this module for the place of a node.
const MARKER: &str = "saywell::Spanned";

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for V<T> {
            type Value = Spanned<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let missing = || de::Error::custom("a place is missing");
                let start = seq.next_element()?.ok_or_else(missing)?;
                let end = seq.next_element()?.ok_or_else(missing)?;
                let value = seq.next_element()?.ok_or_else(missing)?;
                Ok(Spanned { value, span: start..end })
            }
        }
        deserializer.deserialize_tuple_struct(MARKER, 3, V(std::marker::PhantomData))
    }
}

/// How many mistakes of form one file may show before reading stops: past that, it is another kind of file.
const MOST_PROBLEMS: usize = 100;

/// Read `text` as `T`, noting every mistake of form in `problems`.
///
/// Returns `None` only where the text is no YAML at all or no mapping.
pub fn read<T: DeserializeOwned>(text: &str, problems: &mut Vec<Problem>) -> Option<T> {
    let root = tree::read(text, problems)?;
    from_tree(&root, problems)
}

/// Read a tree as `T`, noting every mistake of form in `problems`.
pub fn from_tree<T: DeserializeOwned>(root: &Node, problems: &mut Vec<Problem>) -> Option<T> {
    let mut skip = HashSet::new();
    loop {
        match T::deserialize(NodeDeserializer { node: root, skip: &skip }) {
            Ok(value) => return Some(value),
            Err(mistake) => {
                let span = mistake.place.as_ref().map_or(root.span.clone(), |(_, span)| span.clone());
                problems.push(Problem { span, ..mistake.problem });
                match mistake.place {
                    Some((id, _)) if problems.len() < MOST_PROBLEMS && skip.insert(id) => {}
                    _ => return None,
                }
            }
        }
    }
}

/// A mistake on the way to a type: what, and the entry to leave out.
#[derive(Debug)]
struct Mistake {
    problem: Problem,
    place: Option<(usize, Range<usize>)>,
}

impl Mistake {
    fn new(code: Code, message: String, help: Option<String>) -> Self {
        Self { problem: Problem { help, ..Problem::new(code, 0..0, message) }, place: None }
    }

    fn at(mut self, node: &Node) -> Self {
        self.place.get_or_insert_with(|| (node.id, node.span.clone()));
        self
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem.message)
    }
}

impl std::error::Error for Mistake {}

impl de::Error for Mistake {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(Code::BadValue, message.to_string(), None)
    }

    fn invalid_type(unexpected: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let found = match unexpected {
            de::Unexpected::Seq => "a list".to_owned(),
            de::Unexpected::Map => "a group of keys".to_owned(),
            de::Unexpected::Unit => "nothing".to_owned(),
            de::Unexpected::Str(s) => format!("'{s}'"),
            other => other.to_string(),
        };
        let wanted = expected.to_string();
        let wanted = wanted.strip_prefix("struct ").map_or(wanted.clone(), |_| "a group of keys".to_owned());
        let wanted = match wanted.as_str() {
            "a sequence" => "a list, such as [one, two]",
            "a string" => "text",
            "a map" => "a group of keys",
            "u8" | "u32" | "u64" => "a whole number",
            "i8" => "a whole number, such as -1 or 2",
            "a boolean" => "true or false",
            other => other,
        };
        Self::new(Code::WrongType, format!("this must be {wanted}, not {found}"), None)
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let near = did_you_mean(variant, expected.iter().copied());
        Self::new(
            Code::BadValue,
            format!("'{variant}' is not allowed here{near}"),
            Some(format!("allowed: {}", expected.join(", "))),
        )
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let near = did_you_mean(field, expected.iter().copied());
        Self::new(
            Code::UnknownKey,
            format!("there is no key '{field}' here{near}"),
            Some(format!("the keys here are: {}", expected.join(", "))),
        )
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self::new(Code::DuplicateKey, "this key stands here twice".into(), None)
    }
}

#[derive(Clone, Copy)]
struct NodeDeserializer<'a> {
    node: &'a Node,
    skip: &'a HashSet<usize>,
}

impl<'a> NodeDeserializer<'a> {
    fn scalar(self, wanted: &dyn de::Expected) -> Result<&'a str, Mistake> {
        match &self.node.kind {
            Kind::Scalar(s) => Ok(s),
            Kind::Null => Err(Mistake::new(
                Code::WrongType,
                "there is no value here".into(),
                Some("write a value behind the colon, or take the key away".into()),
            )),
            Kind::Seq(_) => Err(de::Error::invalid_type(de::Unexpected::Seq, wanted)),
            Kind::Map(_) => Err(de::Error::invalid_type(de::Unexpected::Map, wanted)),
        }
    }

    fn with(self, node: &'a Node) -> Self {
        Self { node, ..self }
    }
}

macro_rules! parsed {
    ($($method:ident $visit:ident $type:ty,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
            let text = self.scalar(&visitor).map_err(|m| m.at(self.node))?;
            let value = text.parse::<$type>().map_err(|_| {
                let wrong: Mistake = de::Error::invalid_type(de::Unexpected::Str(text), &visitor);
                wrong.at(self.node)
            })?;
            visitor.$visit(value).map_err(|m: Mistake| m.at(self.node))
        }
    )*};
}

impl<'de> de::Deserializer<'de> for NodeDeserializer<'_> {
    type Error = Mistake;

    parsed! {
        deserialize_bool visit_bool bool,
        deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64,
        deserialize_i8 visit_i8 i8,
        deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64,
        deserialize_f32 visit_f32 f32,
        deserialize_f64 visit_f64 f64,
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.scalar(&visitor).and_then(|s| visitor.visit_str(s)).map_err(|m| m.at(self.node))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.node.kind {
            Kind::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Mistake> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match &self.node.kind {
            Kind::Seq(items) => visitor.visit_seq(Items { items: items.iter(), from: self }),
            _ => Err(match self.scalar(&visitor) {
                Ok(text) => de::Error::invalid_type(de::Unexpected::Str(text), &visitor),
                Err(mistake) => mistake,
            }),
        }
        .map_err(|m: Mistake| m.at(self.node))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match &self.node.kind {
            Kind::Map(entries) => {
                visitor.visit_map(Entries { entries: entries.iter(), value: None, seen: HashSet::new(), from: self })
            }
            _ => Err(match self.scalar(&visitor) {
                Ok(text) => de::Error::invalid_type(de::Unexpected::Str(text), &visitor),
                Err(mistake) => mistake,
            }),
        }
        .map_err(|m: Mistake| m.at(self.node))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        let text = self.scalar(&"one of the allowed words").map_err(|m| m.at(self.node))?;
        let text: StrDeserializer<'_, Mistake> = text.into_deserializer();
        visitor.visit_enum(text).map_err(|m| m.at(self.node))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        if name == MARKER { visitor.visit_seq(Place { from: self, step: 0 }) } else { self.deserialize_seq(visitor) }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        visitor.visit_unit()
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match &self.node.kind {
            Kind::Null => visitor.visit_unit(),
            Kind::Scalar(_) => self.deserialize_str(visitor),
            Kind::Seq(_) => self.deserialize_seq(visitor),
            Kind::Map(_) => self.deserialize_map(visitor),
        }
    }

    serde::forward_to_deserialize_any! { i128 u128 char bytes byte_buf unit unit_struct tuple }
}

struct Items<'a> {
    items: std::slice::Iter<'a, Node>,
    from: NodeDeserializer<'a>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Mistake;
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Mistake> {
        match self.items.find(|node| !self.from.skip.contains(&node.id)) {
            Some(node) => seed.deserialize(self.from.with(node)).map(Some).map_err(|m| m.at(node)),
            None => Ok(None),
        }
    }
}

struct Entries<'a> {
    entries: std::slice::Iter<'a, (Node, Node)>,
    value: Option<&'a Node>,
    seen: HashSet<&'a str>,
    from: NodeDeserializer<'a>,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Mistake;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Mistake> {
        for (key, value) in self.entries.by_ref() {
            let again = match &key.kind {
                Kind::Scalar(name) => !self.seen.insert(name),
                _ => false,
            };
            if again || self.from.skip.contains(&key.id) || self.from.skip.contains(&value.id) {
                continue;
            }
            self.value = Some(value);
            return seed.deserialize(self.from.with(key)).map(Some).map_err(|m| Mistake { place: None, ..m }.at(key));
        }
        Ok(None)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Mistake> {
        match self.value.take() {
            Some(node) => seed.deserialize(self.from.with(node)).map_err(|m| m.at(node)),
            None => Err(de::Error::custom("a value is missing")),
        }
    }
}

/// Gives [`Spanned`] what it asks for: start, end, value.
struct Place<'a> {
    from: NodeDeserializer<'a>,
    step: u8,
}

impl<'de> SeqAccess<'de> for Place<'_> {
    type Error = Mistake;
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Mistake> {
        self.step += 1;
        let span = &self.from.node.span;
        match self.step {
            1 => seed.deserialize(span.start.into_deserializer()).map(Some),
            2 => seed.deserialize(span.end.into_deserializer()).map(Some),
            3 => seed.deserialize(self.from).map(Some),
            _ => Ok(None),
        }
    }
}
