//! The one binary of tokendesk.

fn main() -> std::process::ExitCode {
    tokendesk::cli::main()
}
