//! A PostgreSQL server of our own: the system's programs, a temporary folder, a free port, an unprivileged user, fsync on.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use crate::Fault;

/// The server.
pub struct Cluster {
    bin: PathBuf,
    folder: tempfile::TempDir,
    port: u16,
}

fn newest_programs() -> Result<PathBuf, Fault> {
    let mut found: Vec<PathBuf> =
        fs::read_dir("/usr/lib/postgresql")?.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect();
    found.sort();
    found.into_iter().rfind(|bin| bin.join("initdb").exists()).ok_or_else(|| "there is no PostgreSQL".into())
}

impl Cluster {
    /// Starts it, with further options of the server.
    pub fn start(options: &str) -> Result<Self, Fault> {
        let folder = tempfile::tempdir()?;
        // Its own user makes the data below; nobody else is on the machine to read them.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777))?;
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let cluster = Self { bin: newest_programs()?, folder, port };
        let data = cluster.data().display().to_string();
        let made = ["--locale=C.UTF-8", "--encoding=UTF8", "--username=lianbang", "--auth=trust", "-D", &data];
        done(cluster.owned("initdb").args(made))?;
        let settings =
            format!("-p {port} -k {} -c listen_addresses=127.0.0.1 {options}", cluster.folder.path().display());
        let log = cluster.folder.path().join("log");
        done(cluster.owned("pg_ctl").args(["start", "-w", "-s", "-D", &data, "-o", &settings, "-l"]).arg(&log))?;
        cluster.create("load")?;
        Ok(cluster)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn place(&self) -> [String; 6] {
        ["-h".into(), "127.0.0.1".into(), "-p".into(), self.port.to_string(), "-U".into(), "lianbang".into()]
    }

    /// The server refuses to run as root.
    fn owned(&self, program: &str) -> Command {
        let program = self.bin.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.folder.path()).stdout(Stdio::null());
        command
    }

    /// Makes a database.
    pub fn create(&self, database: &str) -> Result<String, Fault> {
        done(Command::new(self.bin.join("createdb")).args(self.place()).arg(database))?;
        Ok(database.to_owned())
    }

    /// Where a database is.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://lianbang@127.0.0.1:{}/{database}", self.port)
    }

    /// Commits of one row a second, eight clients, as pgbench counts them.
    pub fn pgbench(&self, time: Duration) -> Result<f64, Fault> {
        let script = self.folder.path().join("row.sql");
        fs::write(&script, "INSERT INTO rows VALUES (gen_random_uuid(), repeat('x', 500));\n")?;
        let table = "CREATE TABLE rows (id uuid PRIMARY KEY, body text NOT NULL)";
        done(Command::new(self.bin.join("psql")).args(self.place()).args(["-q", "-c", table, "load"]))?;
        let output = Command::new(self.bin.join("pgbench"))
            .args(self.place())
            .args(["-n", "-M", "prepared", "-c", "8", "-j", "2", "-T", &time.as_secs().max(1).to_string(), "-f"])
            .arg(&script)
            .arg("load")
            .output()?;
        let text = String::from_utf8(output.stdout)?;
        let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        done(Command::new(self.bin.join("psql")).args(self.place()).args(["-q", "-c", "DROP TABLE rows", "load"]))?;
        rate.ok_or_else(|| format!("pgbench said {text}").into())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.data().display().to_string();
        let _ = done(self.owned("pg_ctl").args(["stop", "-w", "-s", "-m", "immediate", "-D", &data]));
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| std::os::unix::fs::MetadataExt::uid(&process) == 0)
}

fn done(command: &mut Command) -> Result<(), Fault> {
    let status = command.status()?;
    let program = Path::new(command.get_program()).display().to_string();
    if status.success() { Ok(()) } else { Err(format!("{program} ended with {status}").into()) }
}
