//! The command line.

fn main() -> std::process::ExitCode {
    triptych::cli::main()
}
