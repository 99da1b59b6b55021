//! The command line of the load test.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::Parser as _;
use switchboard_loadtest::{Options, run};

fn main() -> ExitCode {
    match run(Options::parse(), &mut io::stdout().lock()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(2),
        Err(error) => {
            let said = writeln!(io::stderr(), "loadtest: {error}");
            drop(said);
            ExitCode::FAILURE
        }
    }
}
