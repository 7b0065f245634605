//! The command line, as an operator uses it: the program itself on a real database.

mod access;
mod demo;
mod imports;

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

use crate::harness::{Serving, database::Database, program, told};

/// A database with its schema and keys, a folder for files, and an administrator's token.
struct Office {
    database: Database,
    folder: TempDir,
    keys: String,
    secret: String,
}

impl Office {
    async fn new() -> Self {
        let database = Database::empty().await;
        let folder = TempDir::new().expect("folder");
        let keys = folder.path().join("keys").display().to_string();
        let url = database.url();
        told(&url, &["keys", &keys], &keys);
        told(&url, &["migrate"], &keys);
        let secret = told(&url, &["token"], &keys);
        std::fs::write(folder.path().join("admin.token"), &secret).expect("token");
        Self { database, folder, keys, secret }
    }

    /// Without the worker, which writes by itself every few seconds: what a test compares is what its calls wrote.
    fn serve(&self) -> Serving {
        Serving::start_with(&self.database.url(), &self.keys, &[("LIANBANG_WORKER__ENABLED", "false")])
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str, text: &str) -> String {
        std::fs::write(self.path(name), text).expect("file");
        name.to_owned()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(&self.database.url());
        command.args(arguments).current_dir(self.folder.path()).env("LIANBANG_SERVER__KEY_FILE", &self.keys);
        command
    }

    /// A command that may fail.
    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program runs")
    }

    fn told(&self, arguments: &[&str]) -> String {
        told(&self.database.url(), arguments, &self.keys)
    }

    /// Imports a file; what it says in the end, and on what was refused.
    fn import(&self, address: &str, arguments: &[&str]) -> (String, String) {
        let server = format!("http://{address}");
        let all = [&["import"], arguments, &["--server", &server, "--token-file", "admin.token"]].concat();
        let output = self.run(&all);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        let (said, refused) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.success(), said.contains(", 0 failed") && refused.is_empty(), "{said} {refused}");
        (said, refused)
    }
}

/// A file that comes with the project.
fn shipped(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name).display().to_string()
}
