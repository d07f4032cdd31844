//! The program: hands over to `cli` and leaves with its status.

fn main() -> std::process::ExitCode {
    throughline::cli::main()
}
