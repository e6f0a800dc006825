//! The program `wiretale`: what a capture tells, as logs and as a page for a person.
//!
//! It refuses to send anything (`confirm` opens connections to ports that it is told, and listens), to apply a rule that it
//! proposes, to show a secret, and to write over files that no run of it wrote.
#![forbid(unsafe_code)]

mod analyze;
mod args;
mod captures;
mod case;
mod confirm;
mod decode;
mod failure;
mod folder;
mod observers;
mod progress;
mod score;
mod threads;

use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Cli, Command};
use crate::failure::Failure;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Analyze(args) => analyze::run(args),
        Command::Decode(args) => decode::run(&args),
        Command::Score(args) => score::run(&args),
        Command::Confirm(args) => confirm::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // As `head` does: what is printed comes last, and all else is done.
        Err(Failure::Output(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => {
            report(&failure);
            ExitCode::from(Failure::EXIT)
        }
    }
}

/// One line on standard error; if that cannot be written either, the exit code says it.
fn report(failure: &Failure) {
    let _ = writeln!(std::io::stderr(), "wiretale: {failure}");
}
