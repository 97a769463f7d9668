//! The figures of the terminal app, from the whole program in a pseudo-terminal: start to first frame, key to the bytes
//! that show it, idle, memory. `cargo bench --bench terminal`. Linux only (it reads /proc).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
fn main() {
    // `cargo test --benches` only asks whether it runs.
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    linux::main();
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{Read, Write};
    use std::path::Path;
    use std::sync::mpsc::{Receiver, channel};
    use std::time::{Duration, Instant};

    use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};

    struct Program {
        child: Box<dyn Child + Send + Sync>,
        keys: Box<dyn Write + Send>,
        bytes: Receiver<Vec<u8>>,
        _master: Box<dyn portable_pty::MasterPty + Send>,
    }

    impl Program {
        fn start(data: &Path) -> Self {
            let size = PtySize { rows: 50, cols: 160, pixel_width: 0, pixel_height: 0 };
            let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
            let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_saywell"));
            command.env("TERM", "xterm-256color");
            command.env("SAYWELL_DATA", data);
            command.env("XDG_CONFIG_HOME", data);
            let child = pair.slave.spawn_command(command).expect("the program");
            drop(pair.slave);
            let mut reader = pair.master.try_clone_reader().expect("a reader");
            let (tell, bytes) = channel();
            std::thread::spawn(move || {
                let mut buffer = [0; 65536];
                while let Ok(n @ 1..) = reader.read(&mut buffer) {
                    if tell.send(buffer[..n].to_vec()).is_err() {
                        return;
                    }
                }
            });
            let keys = pair.master.take_writer().expect("a writer");
            Self { child, keys, bytes, _master: pair.master }
        }

        fn until(&mut self, text: &str) {
            let mut all = Vec::new();
            while !all.windows(text.len()).any(|w| w == text.as_bytes()) {
                all.extend(self.bytes.recv().expect("the program goes on"));
            }
        }

        fn press(&mut self, keys: &[u8]) {
            self.keys.write_all(keys).expect("a key");
            self.keys.flush().expect("a key");
        }

        /// All that comes until it has been quiet for so long.
        fn quiet(&mut self, long: Duration) -> usize {
            let mut n = 0;
            while let Ok(bytes) = self.bytes.recv_timeout(long) {
                n += bytes.len();
            }
            n
        }

        fn read(&self, file: &str) -> String {
            let id = self.child.process_id().expect("an id");
            std::fs::read_to_string(format!("/proc/{id}/{file}")).expect("/proc")
        }

        /// Processor time used so far, in ticks of a hundredth of a second.
        fn ticks(&self) -> u64 {
            let stat = self.read("stat");
            let after = stat.rsplit(')').next().unwrap_or_default();
            after.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<u64>().ok()).sum()
        }

        fn memory(&self, which: &str) -> u64 {
            let status = self.read("status");
            let line = status.lines().find(|l| l.starts_with(which)).unwrap_or_default();
            line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0)
        }

        fn end(mut self) {
            self.press(b"\x03\x03");
            let _ = self.child.wait();
        }
    }

    fn at(times: &mut [Duration], part: f64) -> f64 {
        times.sort_unstable();
        let n = ((times.len() - 1) as f64 * part).round() as usize;
        times[n].as_secs_f64() * 1000.0
    }

    fn starts(name: &str, data: &Path) {
        let mut times: Vec<Duration> = (0..40)
            .map(|_| {
                let begun = Instant::now();
                let mut program = Program::start(data);
                program.until("Practising as");
                let took = begun.elapsed();
                program.end();
                took
            })
            .collect();
        println!(
            "start to first frame, {name}: median {:.2} ms, worst {:.2} ms of 40",
            at(&mut times, 0.5),
            at(&mut times, 1.0)
        );
    }

    pub fn main() {
        let data = tempfile::tempdir().expect("a folder");
        let fresh = data.path().join("none");
        starts("nothing kept yet", &fresh);
        let kept = data.path().join("kept");
        let mut program = Program::start(&kept);
        program.until("Practising as");
        program.press(b"\r");
        program.until("what would you say");
        let replies =
            ["You never help with this.", "I felt sad on Sunday.", "Sorry about that.", "Okay.", "What do you think?"];
        for n in 0..50 {
            program.press(replies[n % replies.len()].as_bytes());
            program.quiet(Duration::from_millis(30));
            program.press(b"\r");
            program.quiet(Duration::from_millis(30));
        }
        println!(
            "memory after 50 replies typed: now {} kB, at most {} kB",
            program.memory("VmRSS"),
            program.memory("VmHWM")
        );
        let mut times = Vec::new();
        for n in 0..2000u32 {
            let key = if n % 60 == 59 { 0x15 } else { b'a' + (n % 26) as u8 };
            let begun = Instant::now();
            program.press(&[key]);
            program.bytes.recv().expect("the program goes on");
            times.push(begun.elapsed());
            while program.bytes.try_recv().is_ok() {}
        }
        println!(
            "key to the bytes that show it, 2000 keys: median {:.2} ms, 99th {:.2} ms, worst {:.2} ms",
            at(&mut times, 0.5),
            at(&mut times, 0.99),
            at(&mut times, 1.0)
        );
        program.quiet(Duration::from_millis(200));
        let before = program.ticks();
        let bytes = program.quiet(Duration::from_secs(5));
        println!("idle for 5 s: {bytes} bytes drawn, {} ticks of processor time", program.ticks() - before);
        program.end();
        starts("a rehearsal kept", &kept);
    }
}
