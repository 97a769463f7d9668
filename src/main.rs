//! The `saywell` command.

fn main() -> std::process::ExitCode {
    saywell::cli::main()
}
