//! The measurement behind docs/performance.md: one run, both databases, one table with ratios.
//!
//! ```sh
//! cargo bench --bench load                                  # the whole, about ten minutes
//! cargo bench --bench load -- --cases 2000 --seconds 1      # to see that it works
//! ```
//!
//! The server is the program itself in a process of its own; the load comes from this process over TCP, the same for every line of
//! the table. PostgreSQL is started from the system's programs in a temporary folder.

mod calls;
mod echo;
mod floor;
mod generator;
mod postgres;
mod program;
mod table;

use std::time::Duration;

use clap::Parser;

use calls::Register;
use floor::Fsync;
use generator::Rate;
use program::{Program, Setting};
use table::Table;

/// How much is measured.
#[derive(Debug, Parser)]
struct Options {
    /// Cases in the register before anything is read.
    #[arg(long, default_value_t = 100_000)]
    cases: usize,
    /// Seconds a line of the table.
    #[arg(long, default_value_t = 6)]
    seconds: u64,
    /// What cargo adds.
    #[arg(long, hide = true)]
    bench: bool,
    /// Serves the bare echo: what this program starts itself as.
    #[arg(long, hide = true)]
    echo: bool,
}

type Fault = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Fault> {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if options.echo { runtime.block_on(echo::serve()) } else { runtime.block_on(measure(&options)) }
}

async fn measure(options: &Options) -> Result<(), Fault> {
    let time = Duration::from_secs(options.seconds);
    let mut table = Table::default();
    let folder = tempfile::tempdir()?;

    table.note("fsync of 8 kB, alone", floor::fsync(folder.path(), time)?);
    table.note(
        "SQLite: BEGIN IMMEDIATE; INSERT; COMMIT of one row, sqlx",
        floor::sqlite_rows(folder.path(), time).await?,
    );
    let echo = echo::start()?;
    for flight in [1, 8, 64] {
        table.rate("bare echo", flight, calls::get_same(&echo.address, flight, time).await?);
    }
    drop(echo);

    let postgres = postgres::Cluster::start("")?;
    table.note("PostgreSQL: pgbench, one-row commit, 8 clients", postgres.pgbench(time)?);
    for (product, url) in [
        ("SQLite", format!("sqlite:{}", folder.path().join("load.db").display())),
        ("PostgreSQL", postgres.url("load")),
    ] {
        on(&mut table, product, options, &Setting::new(folder.path(), product, &url)).await?;
    }
    let slow = Setting::new(folder.path(), "slow", &format!("sqlite:{}", folder.path().join("slow.db").display()));
    slowed(&mut table, folder.path(), &slow, time).await?;
    print!("{}", table.render());
    Ok(())
}

async fn on(table: &mut Table, product: &str, options: &Options, setting: &Setting) -> Result<(), Fault> {
    let time = Duration::from_secs(options.seconds);
    let token = setting.prepare()?;
    let program = Program::start(setting, &[])?;
    program.import_regions(&token)?;
    let line = generator::lines(&program.address, 8);
    let (cases, imported) = calls::import(&line, &token, options.cases).await?;
    table.rate(&format!("{product}: ImportCases, one stream"), 1, imported);

    // A server that has just been started: what is resident is what serving takes.
    program.stop()?;
    let started = std::time::Instant::now();
    let program = Program::start(setting, &[])?;
    let line = generator::lines(&program.address, 8);
    calls::ready(&line, &token).await?;
    table.said(&format!("{product}: ready on {} cases", cases.len()), &format!("{} ms", started.elapsed().as_millis()));

    for flight in [1, 8, 64] {
        let rate = calls::get(&line, &token, &cases, flight, time).await?;
        table.rate(&format!("{product}: GetCase, BASIC"), flight, rate);
    }
    for flight in [1, 8] {
        let rate = calls::list(&line, &token, flight, time).await?;
        table.rate(&format!("{product}: ListCases, 50 of a county"), flight, rate);
    }
    let register = Register::new(&line, &token);
    for flight in [1, 8, 64] {
        table.rate(&format!("{product}: RegisterCase"), flight, register.load(flight, time).await?);
    }
    table.said(&format!("{product}: resident after all of it"), &format!("{} MiB", program.resident()? / 1_024));
    program.stop()?;

    if product == "SQLite" {
        let program = Program::start(setting, &[("LIANBANG_DATABASE__SHARED_COMMITS", "false".into())])?;
        let line = generator::lines(&program.address, 8);
        let rate = Register::new(&line, &token).load(64, time).await?;
        table.rate("SQLite: RegisterCase, one commit a call", 64, rate);
        program.stop()?;
    }
    Ok(())
}

/// The same writes on a disk whose fsync takes 5 ms longer.
async fn slowed(table: &mut Table, folder: &std::path::Path, setting: &Setting, time: Duration) -> Result<(), Fault> {
    let token = setting.prepare()?;
    let program = Program::start(setting, &[])?;
    program.import_regions(&token)?;
    program.stop()?;
    let shim = Fsync::compile(folder)?;
    for (name, shared) in [("shared commits", "true"), ("one commit a call", "false")] {
        let preload = ("LD_PRELOAD", shim.path());
        let program = Program::start(setting, &[preload, ("LIANBANG_DATABASE__SHARED_COMMITS", shared.to_owned())])?;
        let line = generator::lines(&program.address, 8);
        let rate: Rate = Register::new(&line, &token).load(64, time).await?;
        table.rate(&format!("SQLite, fsync + 5 ms: RegisterCase, {name}"), 64, rate);
        program.stop()?;
    }
    Ok(())
}
