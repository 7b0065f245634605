//! `lianbang doctor`: is everything there that `serve` needs?

use std::path::{Path, PathBuf};

use lianbang::{
    call::{SystemTimeSource, TimeSource},
    clock::civil_date,
    config::Config,
    db,
    migrate::{self, Schema},
    seal::KeyRing,
};

use super::{Failure, Outcome, told};

/// Less room than this on the database's disk is a fault, bytes.
const LEAST_SPACE: u64 = 1 << 30;
/// Seconds that the database's clock may differ from the machine's.
const MOST_DRIFT: i64 = 5;

/// Prints a line for each thing; fails where one of them does.
pub async fn run(file: Option<&Path>) -> Outcome {
    let mut report = Report::default();
    let config = match Config::load(file) {
        Ok(config) => config,
        Err(fault) => {
            report.line("settings", Err(fault));
            return report.end();
        }
    };
    report.line("settings", config.ensure_safe().map(|()| "complete and safe to serve".into()));
    let keys = keys(&config);
    report.line("keys", keys.as_ref().map(|(_, told)| told.clone()).map_err(Clone::clone));
    report.line("clock", clock());
    report.line("disk", disk(&config));
    let schema = migrate::state(&config.database).await;
    report.line("database", schema.as_ref().map(|_| place(&config.database.url)).map_err(told));
    if let Ok(schema) = schema {
        let ready = schema.missing == 0 && schema.applied > 0;
        report.line("schema", state(&schema));
        if ready && let Ok((keys, _)) = keys {
            report.line("seal", seal(&config, keys).await);
        }
    }
    report.end()
}

#[derive(Default)]
struct Report {
    faults: usize,
}

impl Report {
    fn line(&mut self, what: &str, found: Result<String, String>) {
        match found {
            Ok(told) => println!("ok    {what}: {told}"),
            Err(fault) => {
                self.faults += 1;
                println!("FAIL  {what}: {}", fault.replace('\n', "; "));
            }
        }
    }

    fn end(self) -> Outcome {
        if self.faults == 0 { Ok(()) } else { Err(Failure::Silent) }
    }
}

fn keys(config: &Config) -> Result<(KeyRing, String), String> {
    let file = config.server.key_file.as_deref().ok_or("server.key_file is not set: `lianbang keys FILE` makes one")?;
    let keys = KeyRing::read(file)?;
    Ok((keys, format!("{} is read, and by nobody else", file.display())))
}

/// A clock far off makes deadlines and tokens wrong.
fn clock() -> Result<String, String> {
    let today = civil_date(SystemTimeSource.now());
    let known = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default();
    if today < known { Err(format!("the machine says {today}")) } else { Ok(format!("{today} in China")) }
}

/// The URL without what may be a password.
fn place(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host} answers"),
        _ => format!("{url} answers"),
    }
}

fn state(schema: &Schema) -> Result<String, String> {
    if schema.unknown > 0 {
        return Err(format!("{} steps are newer than this program", schema.unknown));
    }
    match schema.missing {
        0 => Ok(format!("at {}", migrate::newest_step())),
        missing => Err(format!("{missing} steps are missing: run `lianbang migrate`")),
    }
}

/// The keys open what the database's keys sealed, and the clocks of both agree.
async fn seal(config: &Config, keys: KeyRing) -> Result<String, String> {
    let opened = db::connect(&config.database, std::sync::Arc::new(keys)).await.map_err(|error| told(&error))?;
    let found = async { Ok((db::is_ours(&opened).await?, db::server_time(&opened).await?)) };
    let found: lianbang::error::Result<_> = found.await;
    opened.close().await;
    let (ours, there) = found.map_err(|error| told(&error))?;
    let drift = there.map_or(0, |there| (there - SystemTimeSource.now()) / 1_000_000);
    if drift.abs() > MOST_DRIFT {
        return Err(format!("the database's clock is {drift} s off this machine's"));
    }
    match ours {
        Some(true) => Ok("the keys open what this database holds".into()),
        Some(false) => Err("the key file is not the one that this database was sealed with".into()),
        None => Ok("nothing is sealed yet".into()),
    }
}

fn disk(config: &Config) -> Result<String, String> {
    let Some(path) = config.database.sqlite_file() else { return Ok("the database is on another machine's".into()) };
    let folder: PathBuf = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => ".".into(),
    };
    let free = fs4::available_space(&folder).map_err(|fault| format!("{}: {fault}", folder.display()))?;
    let told = format!("{} MiB free in {}", free >> 20, folder.display());
    if free < LEAST_SPACE { Err(told) } else { Ok(told) }
}
