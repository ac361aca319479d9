//! The scriptable verbs, and the start of desk, backend and demo.
pub fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
