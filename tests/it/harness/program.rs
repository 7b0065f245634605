//! The program itself, as an operator starts it.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

/// `lianbang` on that database, with no other setting from the surroundings.
pub fn program(url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lianbang"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LIANBANG_")) {
        command.env_remove(name);
    }
    command.env("LIANBANG_DATABASE__URL", url).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What a command says that is expected to succeed.
pub fn told(url: &str, arguments: &[&str], keys: &str) -> String {
    let output =
        program(url).args(arguments).env("LIANBANG_SERVER__KEY_FILE", keys).output().expect("the program runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The program, serving; killed at the end, whatever happens.
pub struct Serving {
    child: Child,
    /// Where it listens.
    pub address: String,
}

impl Serving {
    /// Starts it on a free port.
    pub fn start(url: &str, keys: &str) -> Self {
        Self::start_with(url, keys, &[])
    }

    /// The same with further settings.
    pub fn start_with(url: &str, keys: &str, settings: &[(&str, &str)]) -> Self {
        let mut child = program(url)
            .arg("serve")
            .envs(settings.iter().copied())
            .env("LIANBANG_SERVER__LISTEN", "127.0.0.1:0")
            .env("LIANBANG_SERVER__METRICS_LISTEN", "")
            .env("LIANBANG_SERVER__KEY_FILE", keys)
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stderr.take().expect("log")).lines().map_while(Result::ok);
        let address = lines.by_ref().find_map(|line| {
            let (_, rest) = line.split_once("\"address\":\"")?;
            rest.split('"').next().map(str::to_owned)
        });
        // The rest of the log is read, so that the program never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address: address.expect("the program serves") }
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
