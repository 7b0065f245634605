//! The command line, one file a command.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use lianbang::{config::Config, seal::KeyRing};

mod access;
mod demo;
mod doctor;
mod import;
mod line;
mod serve;

/// Lianbang (联帮): the system of record for grassroots casework.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    /// Configuration file (TOML). Variables LIANBANG_… stand over it.
    #[arg(long, global = true, env = "LIANBANG_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make up a register of one city, print how to ask it, and serve it until stopped.
    Demo(demo::Demo),
    /// Serve until stopped.
    Serve,
    /// Bring the database's schema up.
    Migrate,
    /// Send a file to a running server, row by row.
    Import(import::Import),
    /// Enter the systems that may call, and say what they may do. Writes to the database itself; works beside a running server.
    #[command(subcommand)]
    Client(access::ClientCommand),
    /// Issue and revoke the tokens that systems call with. Writes to the database itself; works beside a running server, which knows a
    /// revoked token for some seconds more.
    Token(access::TokenArguments),
    /// Write a new file of sealing keys (mode 600).
    Keys {
        /// Where to write it.
        file: PathBuf,
    },
    /// Write the contract's descriptor set, for clients without reflection (grpcurl -protoset).
    Protoset {
        /// Where to write it.
        file: PathBuf,
    },
    /// Check the settings and what they lead to: keys, database, schema, clock, disk.
    Doctor,
}

impl Command {
    /// What is logged where RUST_LOG says nothing: each call of a server that runs for others, troubles only of everything else.
    fn log_filter(&self) -> &'static str {
        match self {
            Self::Serve => "info",
            Self::Demo(_)
            | Self::Migrate
            | Self::Import(_)
            | Self::Client(_)
            | Self::Token(_)
            | Self::Keys { .. }
            | Self::Protoset { .. }
            | Self::Doctor => "warn",
        }
    }
}

/// Why a command failed.
#[derive(Debug)]
pub enum Failure {
    /// A sentence for the operator.
    Told(String),
    /// The command has said it all already.
    Silent,
}

impl From<String> for Failure {
    fn from(sentence: String) -> Self {
        Self::Told(sentence)
    }
}

impl From<&str> for Failure {
    fn from(sentence: &str) -> Self {
        Self::Told(sentence.to_owned())
    }
}

impl From<lianbang::error::Error> for Failure {
    fn from(error: lianbang::error::Error) -> Self {
        Self::Told(told(&error))
    }
}

impl From<tonic::Status> for Failure {
    fn from(status: tonic::Status) -> Self {
        Self::Told(line::sentence(&status))
    }
}

/// What a command comes to.
pub type Outcome<T = ()> = Result<T, Failure>;

/// Runs the program.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    logging(arguments.command.log_filter());
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(fault) => return end(Err(fault.to_string().into())),
    };
    end(runtime.block_on(run(arguments)))
}

fn end(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Silent) => ExitCode::FAILURE,
        Err(Failure::Told(sentence)) => {
            eprintln!("lianbang: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn logging(filter: &str) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| filter.into());
    tracing_subscriber::fmt().json().flatten_event(true).with_env_filter(filter).with_writer(std::io::stderr).init();
}

async fn run(arguments: Arguments) -> Outcome {
    let file = arguments.config.as_deref();
    match arguments.command {
        Command::Demo(demo) => demo.run().await,
        Command::Serve => serve::run(file).await,
        Command::Migrate => {
            let config = Config::load(file)?;
            let steps = lianbang::migrate::up(&config.database).await?;
            println!("{steps} steps applied; the schema is at {}", lianbang::migrate::newest_step());
            Ok(())
        }
        Command::Import(import) => import.run().await,
        Command::Client(command) => command.run(file).await,
        Command::Token(arguments) => arguments.run(file).await,
        Command::Keys { file } => {
            KeyRing::create(&file)?;
            println!("wrote {}; without it the sealed columns cannot be read: keep a copy apart", file.display());
            Ok(())
        }
        Command::Protoset { file } => {
            let write = std::fs::write(&file, lianbang::pb::DESCRIPTOR_SET);
            Ok(write.map_err(|fault| format!("{}: {fault}", file.display()))?)
        }
        Command::Doctor => doctor::run(file).await,
    }
}

/// The error with what only an operator may read.
fn told(error: &lianbang::error::Error) -> String {
    match error.cause() {
        Some(cause) => format!("{}: {cause}", error.reason()),
        None => format!("{error:?}"),
    }
}

/// The keys that the settings name.
fn keys(config: &Config) -> Outcome<KeyRing> {
    let file: &Path =
        config.server.key_file.as_deref().ok_or("server.key_file is not set: `lianbang keys FILE` makes one")?;
    Ok(KeyRing::read(file)?)
}
