//! What finding costs and how well it finds: search, similar cases and lists with a million cases in the register, on both databases.
//!
//! ```sh
//! cargo bench --bench finding -- --data ../shared/data/messages                  # about forty minutes
//! cargo bench --bench finding -- --data ../shared/data/messages --cases 20000    # to see that it works
//! ```
//!
//! `--data` is a folder with public messages to mayors: `a3_messages.jsonl` are registered in the order of their times, and
//! `a3_related_pairs.csv` says which of them belong together. The other cases are made of sentences of the other files, each with a place of
//! its own. They are entered by SQL, and indexed by the program's worker. The server is the program in a process of its own.

#[path = "../load/postgres.rs"]
#[expect(dead_code, reason = "the other measurement uses more of it")]
mod postgres;
#[path = "../load/program.rs"]
mod program;

mod asked;
mod filled;
mod judged;
mod messages;

use std::path::PathBuf;

use clap::Parser;

use asked::Asker;
use filled::Register;
use messages::Messages;
use program::{Program, Setting};

type Fault = Box<dyn std::error::Error + Send + Sync>;

#[derive(Debug, Parser)]
struct Options {
    /// Other cases in the register; pages are measured at a hundredth of them, too.
    #[arg(long, default_value_t = 1_000_000)]
    cases: usize,
    /// The folder with the messages.
    #[arg(long)]
    data: PathBuf,
    /// Only on this one: sqlite or postgresql.
    #[arg(long)]
    only: Option<String>,
    /// A server that runs already, over a register that is filled: searches and comparisons alone are measured there.
    #[arg(long, requires = "token")]
    at: Option<String>,
    /// A file with an administrator's token for it.
    #[arg(long)]
    token: Option<PathBuf>,
    /// What cargo adds.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let options = Options::parse();
    let messages = Messages::read(&options.data)?;
    if let (Some(address), Some(token)) = (&options.at, &options.token) {
        let asker = Asker::new(address, std::fs::read_to_string(token)?.trim())?;
        println!("| measured | result |\n|---|---|");
        asker.searches(address, &messages).await?;
        return judged::run(address, &asker, &messages).await;
    }
    let folder = tempfile::tempdir()?;
    let cluster = postgres::Cluster::start("-c shared_buffers=2GB")?;
    println!("| measured | result |\n|---|---|");
    let sqlite = format!("sqlite:{}", folder.path().join("finding.db").display());
    for (product, url) in [("SQLite", sqlite), ("PostgreSQL", cluster.url("load"))] {
        if options.only.as_ref().is_none_or(|only| product.eq_ignore_ascii_case(only)) {
            on(product, &Setting::new(folder.path(), product, &url), &options, &messages).await?;
        }
    }
    Ok(())
}

async fn on(product: &str, setting: &Setting, options: &Options, messages: &Messages) -> Result<(), Fault> {
    let token = setting.prepare()?;
    let program = Program::start(setting, &[])?;
    program.import_regions(&token)?;
    let asker = Asker::new(&program.address, &token)?;
    let mut register = Register::new(setting, &asker).await?;
    let few = options.cases / 100;
    register.fill(messages, few).await?;
    let levels = asker.levels().await?;
    let before = asker.pages(&levels).await?;
    let indexing = register.fill(messages, options.cases).await?;
    println!("| {product}: cases entered by SQL and put into the index by the worker | {indexing:.0} /s |");
    let after = asker.pages(&levels).await?;
    for ((what, small), (_, large)) in before.iter().zip(&after) {
        let (small, large) = (small.as_secs_f64() * 1e3, large.as_secs_f64() * 1e3);
        println!(
            "| {product}: {what}, {few} and {} cases | {small:.2} ms, {large:.2} ms: {:.2} × |",
            options.cases,
            large / small
        );
    }
    asker.searches(product, messages).await?;
    judged::run(product, &asker, messages).await?;
    println!("| {product}: resident after all of it | {} MiB |", program.resident()? / 1024);
    program.stop()
}
