//! The program under measurement, as an operator runs it.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::Fault;

/// On which database, with which keys.
pub struct Setting {
    url: String,
    folder: PathBuf,
    keys: PathBuf,
}

impl Setting {
    pub fn new(folder: &Path, name: &str, url: &str) -> Self {
        Self { url: url.into(), folder: folder.into(), keys: folder.join(format!("{name}.keys")) }
    }

    /// The database.
    #[allow(dead_code, reason = "the measurement of finding asks")]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The file of the keys.
    #[allow(dead_code, reason = "the measurement of finding asks")]
    pub fn keys(&self) -> &Path {
        &self.keys
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lianbang"));
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("LIANBANG_DATABASE__URL", &self.url)
            .env("LIANBANG_SERVER__KEY_FILE", &self.keys)
            .env("LIANBANG_SERVER__LISTEN", "127.0.0.1:0")
            .env("LIANBANG_SERVER__METRICS_LISTEN", "");
        command
    }

    fn done(&self, arguments: &[&str]) -> Result<String, Fault> {
        let output = self.command(arguments).output()?;
        if !output.status.success() {
            return Err(format!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// Makes keys and schema; answers with an administrator's token.
    pub fn prepare(&self) -> Result<String, Fault> {
        self.done(&["keys", &self.keys.display().to_string()])?;
        self.done(&["migrate"])?;
        self.done(&["token"])
    }
}

/// Where the program says that it listens.
fn address_in(log: &str) -> Option<String> {
    let (_, rest) = log.split_once("\"address\":\"")?;
    rest.split_once('"').map(|(address, _)| address.to_owned())
}

/// The program, serving.
pub struct Program {
    child: Child,
    folder: PathBuf,
    /// Where it listens.
    pub address: String,
}

impl Program {
    /// Starts it and waits until it says where it listens.
    pub fn start(setting: &Setting, variables: &[(&str, String)]) -> Result<Self, Fault> {
        let mut command = setting.command(&["serve"]);
        // Its log goes to a file, as on a server: reading it would be work of ours.
        let log = setting.folder.join("log");
        command.envs(variables.iter().map(|(name, value)| (name, value))).stderr(File::create(&log)?);
        let mut child = command.spawn()?;
        let address = loop {
            if let Some(address) = address_in(&std::fs::read_to_string(&log)?) {
                break address;
            }
            if child.try_wait()?.is_some() {
                return Err(std::fs::read_to_string(&log)?.into());
            }
            #[expect(clippy::disallowed_methods, reason = "nothing else is to go on here")]
            std::thread::sleep(std::time::Duration::from_millis(1));
        };
        Ok(Self { child, folder: setting.folder.clone(), address })
    }

    /// The city with its seven counties.
    pub fn import_regions(&self, token: &str) -> Result<(), Fault> {
        let file = self.folder.join("load.token");
        std::fs::write(&file, token)?;
        let status = Command::new(env!("CARGO_BIN_EXE_lianbang"))
            .args(["import", "regions", concat!(env!("CARGO_MANIFEST_DIR"), "/data/regions/xuchang_regions.csv")])
            .args(["--effective-date", "2023-06-30", "--server", &format!("http://{}", self.address)])
            .arg("--token-file")
            .arg(&file)
            .stdout(Stdio::null())
            .status()?;
        if status.success() { Ok(()) } else { Err("the regions were refused".into()) }
    }

    /// Resident memory, KiB.
    pub fn resident(&self) -> Result<u64, Fault> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    /// SIGTERM, and its end.
    pub fn stop(mut self) -> Result<(), Fault> {
        Command::new("kill").arg(self.child.id().to_string()).status()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
