//! `lianbang demo`: a register of one city, made up once, to be asked with grpcurl.
//!
//! The register is made in `making/` and gets its name when it is whole: a folder of an interrupted run is thrown away, and no server
//! ever stands on half a city.

use std::{
    fs,
    io::Write as _,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use clap::Args;
use fs4::FileExt;
use lianbang::{
    auth::Role,
    call::{Micros, SystemTimeSource, TimeSource},
    config::Config,
    pb::v1::{self, case_service_client::CaseServiceClient, procedure_service_client::ProcedureServiceClient},
    seal::KeyRing,
    server::{self, Base, Sources},
};
use tokio::net::TcpListener;

use super::{
    Outcome,
    line::{self, Line},
    serve::until_stopped,
};

mod casework;
mod city;
mod dice;
mod disputes;
mod matters;
mod mediation;
mod people;
mod stage;
mod stories;

const SEED: u64 = 411_000;
const DAY: Micros = 86_400_000_000;
/// How long the administrator's token holds.
const TOKEN: Micros = 365 * DAY;
/// The county that the first line asks about.
const COUNTY: &str = "regions/411081000000";

/// `lianbang demo`.
#[derive(Args)]
pub struct Demo {
    /// Address to serve on.
    #[arg(long, default_value = "127.0.0.1:50051")]
    listen: SocketAddr,
    /// Folder for the database, its keys and the administrator's token.
    #[arg(long, default_value = "./lianbang-demo")]
    data_dir: PathBuf,
}

impl Demo {
    /// Makes the register where there is none, prints how to ask it, and serves it.
    pub async fn run(self) -> Outcome {
        fs::create_dir_all(&self.data_dir).map_err(|fault| format!("{}: {fault}", self.data_dir.display()))?;
        let folder = fs::canonicalize(&self.data_dir).map_err(|fault| fault.to_string())?;
        let _lock = lock(&folder)?;
        let listener = TcpListener::bind(self.listen)
            .await
            .map_err(|fault| format!("cannot listen on {}: {fault}", self.listen))?;
        let register = folder.join("register");
        if !register.exists() {
            eprintln!("making up a city in {} …", folder.display());
            make(&folder, &register).await?;
        }
        let config = config(&register, self.listen);
        let base = server::open(&config, KeyRing::read(&register.join("keys"))?, &Sources::default()).await?;
        let secret = administrator(&base, &folder.join("admin.token")).await?;
        let running = server::start(&config, base, listener).await?;
        let address = reachable(running.address());
        let line = line::connect(&format!("http://{address}"), &secret, None).await?;
        print(&line, &folder, address).await?;
        drop(line);
        until_stopped(running).await
    }
}

/// One demo a folder.
fn lock(folder: &Path) -> Outcome<fs::File> {
    let path = folder.join("lock");
    let file = fs::File::create(&path).map_err(|fault| format!("{}: {fault}", path.display()))?;
    match FileExt::try_lock(&file) {
        Ok(()) => Ok(file),
        Err(_) => Err(format!("another demo runs on {}", folder.display()).into()),
    }
}

fn config(register: &Path, listen: SocketAddr) -> Config {
    let mut config = Config::default();
    config.database.url = format!("sqlite:{}", register.join("lianbang.db").display());
    config.server.listen = listen;
    config.server.metrics_listen = String::new();
    config.server.open_reflection = true;
    config
}

/// Makes the register beside its place and moves it there whole.
async fn make(folder: &Path, register: &Path) -> Outcome {
    let told = |fault: std::io::Error| format!("{}: {fault}", folder.display());
    let making = folder.join("making");
    if making.exists() {
        fs::remove_dir_all(&making).map_err(told)?;
    }
    fs::create_dir(&making).map_err(told)?;
    KeyRing::create(&making.join("keys"))?;
    let now = SystemTimeSource.now();
    let keys = KeyRing::read(&making.join("keys"))?;
    let from = now - stories::SPAN * DAY;
    let stage = stage::Stage::open(&config(&making, ([127, 0, 0, 1], 0).into()), keys, from, now).await?;
    let mut dice = dice::Dice::new(SEED);
    let city = city::build(&stage, &mut dice).await?;
    let stories = stories::write(&city, &mut dice, now);
    let disputes = disputes::write(&city, &mut dice, now);
    casework::play(&stage, &city, stories, disputes).await?;
    stage.close().await;
    fs::rename(&making, register).map_err(told)?;
    Ok(fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(told)?)
}

/// The token on file where it still works, or a new one.
async fn administrator(base: &Base, file: &Path) -> Outcome<String> {
    let now = SystemTimeSource.now();
    if let Ok(text) = fs::read_to_string(file)
        && let Ok(key) = base.door.authenticator.read(text.trim())
        && base.door.authenticator.identify(&key, now).await.is_ok()
    {
        return Ok(text.trim().to_owned());
    }
    let call = Sources::default().own_call();
    let made =
        lianbang::admin::bootstrap(&base.door.db, &call, "admin", "演示管理员", Role::Administrator, TOKEN).await?;
    let secret = made.secret.reveal().to_owned();
    let told = |fault: std::io::Error| format!("{}: {fault}", file.display());
    // Written anew, so that an older file's mode does not stand.
    if file.exists() {
        fs::remove_file(file).map_err(told)?;
    }
    let mut options = fs::OpenOptions::new();
    let mut new = options.write(true).create_new(true).mode(0o600).open(file).map_err(told)?;
    writeln!(new, "{secret}").and_then(|()| new.sync_all()).map_err(told)?;
    Ok(secret)
}

/// Where a client on this machine reaches what listens on `address`.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    address
}

async fn print(line: &Line, folder: &Path, address: SocketAddr) -> Outcome {
    let clock = overdue_clock(line).await?;
    let token = folder.join("admin.token").display().to_string();
    let ask = |about: &str, service: &str, body: &str| {
        println!("\n# {about}");
        println!(
            "grpcurl -plaintext -H \"authorization: Bearer $(cat {})\" -d {} {address} lianbang.v1.{service}",
            quoted(&token),
            quoted(body)
        );
    };
    println!("lianbang serves a made-up city on {address}; stop it with Ctrl-C.");
    let gaps = format!(r#"{{"region": "{COUNTY}", "filter": "status != STATUS_COVERED"}}"#);
    ask("Who looks after 禹州市, and where nobody does:", "StaffingService/GetCoverage", &gaps);
    let late = r#"{"filter": "overdue = true", "orderBy": "next_due_time", "pageSize": 5}"#;
    ask("What is overdue, the oldest first:", "CaseService/ListCases", late);
    let clock = format!(r#"{{"name": "{clock}"}}"#);
    ask("Why the first of them is overdue:", "ProcedureService/ExplainClock", &clock);
    println!();
    Ok(std::io::stdout().flush().map_err(|fault| fault.to_string())?)
}

/// A word of the shell, whatever is in it.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// The clock that has been late for the longest.
async fn overdue_clock(line: &Line) -> Outcome<String> {
    let request = v1::ListCasesRequest {
        page_size: 1,
        filter: "overdue = true".into(),
        order_by: "next_due_time".into(),
        ..Default::default()
    };
    let cases = CaseServiceClient::new(line.clone()).list_cases(request).await?.into_inner().cases;
    let case = cases.into_iter().next().unwrap_or_default();
    let request = v1::ListClocksRequest { parent: case.name, ..Default::default() };
    let clocks = ProcedureServiceClient::new(line.clone()).list_clocks(request).await?.into_inner().clocks;
    let late = clocks.iter().find(|clock| clock.due_time == case.next_due_time);
    Ok(late.map(|clock| clock.name.clone()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_line_can_be_pasted_whatever_the_folder_is_called() {
        assert_eq!(quoted("/tmp/my demo/it's"), r"'/tmp/my demo/it'\''s'");
    }

    #[test]
    fn an_address_for_all_interfaces_is_reached_here() {
        assert_eq!(reachable("0.0.0.0:50051".parse().expect("address")).to_string(), "127.0.0.1:50051");
        assert_eq!(reachable("[::1]:50051".parse().expect("address")).to_string(), "[::1]:50051");
    }
}
