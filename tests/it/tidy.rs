//! The shape of the tree, held by a test: ARCHITECTURE.md says why.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Longest file, in lines: "about 400".
const LONGEST: usize = 430;
/// Files that may be longer, each with the reason.
const LONGER: &[(&str, usize, &str)] = &[];

/// Each feature after those that it may call. Those on one line do not know each other.
const FEATURES: &[&[&str]] =
    &[&["regions"], &["catalog"], &["organizations"], &["cadres"], &["cases"], &["mediations"], &["staffing"]];
/// Features beside the line, and whom they may call.
const BESIDE: &[(&str, &[&str])] = &[("admin", &["regions"]), ("events", &["regions"])];

/// A source file without what only its tests use.
struct Source {
    path: String,
    lines: Vec<(usize, String)>,
    length: usize,
    text: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            files_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every file of these folders, sorted.
fn sources(folders: &[&str]) -> Vec<Source> {
    let mut paths = Vec::new();
    for folder in folders {
        files_below(&root().join(folder), &mut paths);
    }
    paths.sort();
    paths.into_iter().map(read).collect()
}

fn read(path: PathBuf) -> Source {
    let text = fs::read_to_string(&path).expect("file");
    let path = path.strip_prefix(root()).expect("inside").to_string_lossy().into_owned();
    let is_test = path.contains("/tests/") || path.ends_with("tests.rs");
    let before_tests = text.lines().take_while(|line| line.trim() != "#[cfg(test)]" || is_test);
    let lines = before_tests
        .enumerate()
        .filter(|(_, line)| !is_test && !line.trim_start().starts_with("//"))
        .map(|(index, line)| (index + 1, line.to_owned()))
        .collect();
    Source { path, lines, length: text.lines().count(), text }
}

impl Source {
    /// Places in the code where `found` holds, to be listed.
    fn places(&self, found: impl Fn(&str) -> bool) -> Vec<String> {
        let lines = self.lines.iter().filter(|(_, line)| found(line));
        lines.map(|(number, line)| format!("{}:{number}: {}", self.path, line.trim())).collect()
    }

    /// `src/cases/store.rs` is of the feature `cases`.
    fn feature(&self) -> Option<&str> {
        let rest = self.path.strip_prefix("src/")?;
        rest.split_once('/').map(|(folder, _)| folder).filter(|folder| is_feature(folder))
    }

    /// A part of the path is called so, as a file or a folder.
    fn is_part(&self, names: &[&str]) -> bool {
        let rest = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        rest.split('/').any(|part| names.contains(&part))
    }
}

fn is_feature(name: &str) -> bool {
    FEATURES.iter().any(|level| level.contains(&name)) || BESIDE.iter().any(|(feature, _)| *feature == name)
}

#[track_caller]
fn assert_none(rule: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{rule}\n{}", faults.join("\n"));
}

#[test]
fn every_file_says_what_lives_there() {
    let all = sources(&["src", "tests", "build", "migrations/src"]);
    let mute: Vec<String> =
        all.iter().filter(|file| !file.text.starts_with("//! ")).map(|file| file.path.clone()).collect();
    assert_none("each file begins with `//!` and a sentence on what lives there:", &mute);
}

#[test]
fn files_stay_readable() {
    let mut faults = Vec::new();
    for file in sources(&["src", "tests", "build", "migrations/src"]) {
        let most = LONGER.iter().find(|(path, _, _)| *path == file.path).map_or(LONGEST, |(_, most, _)| *most);
        if file.length > most {
            faults.push(format!("{} has {} lines of at most {most}", file.path, file.length));
        }
    }
    assert_none("split a file by what a reader looks for:", &faults);
    let stale = LONGER.iter().filter(|(path, _, _)| read(root().join(path)).length <= LONGEST);
    assert_none("no longer an exception:", &stale.map(|(path, _, _)| (*path).to_owned()).collect::<Vec<_>>());
}

#[test]
fn only_the_edge_knows_the_wire() {
    // `watch` is what an rpc streams; the command line (`cli`) is a client of the API, its demo and its imports speak gRPC.
    const EDGE: &[&str] = &["rpc", "wire", "watch", "server", "auth", "error", "import", "door", "codec", "pb", "cli"];
    let inner = sources(&["src"]).into_iter().filter(|file| !file.is_part(EDGE) && file.path != "src/main.rs");
    let faults: Vec<String> = inner
        .flat_map(|file| file.places(|line| names(line, "tonic") || line.contains("crate::pb") || names(line, "pb")))
        .collect();
    assert_none("only rpc, wire and the edge of the server name tonic or the generated types:", &faults);
}

#[test]
fn only_stores_know_the_database() {
    const STORES: &[&str] = &["store", "entity", "query", "db", "record", "migrate"];
    let inner = sources(&["src"]).into_iter().filter(|file| !file.is_part(STORES));
    let faults: Vec<String> =
        inner.flat_map(|file| file.places(|line| names(line, "sea_orm") || names(line, "sqlx"))).collect();
    assert_none("only store, entity, query and the door to write name sea_orm:", &faults);
}

/// The line uses the crate or module: `tonic::`, `use tonic`.
fn names(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let whole = before.is_none_or(|sign| !(sign.is_alphanumeric() || sign == '_'));
        whole && line[at + name.len()..].starts_with("::")
    })
}

#[test]
fn features_call_only_those_before_them() {
    let level = |feature: &str| FEATURES.iter().position(|level| level.contains(&feature));
    let mut faults = Vec::new();
    for file in sources(&["src"]) {
        let Some(feature) = file.feature().map(str::to_owned) else { continue };
        let allowed = |other: &str| match BESIDE.iter().find(|(name, _)| *name == feature) {
            Some((_, may)) => may.contains(&other),
            None => level(other).is_some_and(|other| level(&feature).is_some_and(|own| other < own)),
        };
        let modules = FEATURES.iter().flat_map(|level| level.iter()).chain(BESIDE.iter().map(|(name, _)| name));
        for other in modules.filter(|other| **other != feature && !allowed(other)) {
            faults.extend(
                file.places(|line| uses_module(line, other))
                    .into_iter()
                    .map(|place| format!("{place}  ({feature} → {other})")),
            );
        }
    }
    assert_none(
        "regions ← catalog ← organizations ← cadres ← cases ← mediations ← staffing; nothing backwards:",
        &faults,
    );
}

/// `crate::cases`, or `cases` in a list of what is used from the crate, or a path that begins with it.
fn uses_module(line: &str, module: &str) -> bool {
    let line = line.trim();
    let direct = line.contains(&format!("crate::{module}::"))
        || line.contains(&format!("crate::{module}}}"))
        || line.contains(&format!("crate::{module};"));
    let listed = line == format!("{module},")
        || line.starts_with(&format!("{module}::{{"))
        || line.starts_with(&format!("{module}::self"));
    direct || listed
}

#[test]
fn nothing_is_left_for_later() {
    // Spelled so that this file does not find itself.
    let words =
        [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["to", "do!("].concat(), ["unimple", "mented!("].concat()];
    let mut faults = Vec::new();
    for file in sources(&["src", "tests", "build", "migrations/src"]) {
        for (number, line) in file.text.lines().enumerate() {
            if words.iter().any(|word| line.contains(word.as_str())) {
                faults.push(format!("{}:{}: {}", file.path, number + 1, line.trim()));
            }
        }
    }
    assert_none("finish it, or file an issue:", &faults);
}

#[test]
fn input_never_panics() {
    let mut faults = Vec::new();
    for file in sources(&["src"]) {
        faults.extend(file.places(|line| {
            let panics =
                ["panic!(", "unreachable!("].iter().any(|word| line.contains(word)) && !line.contains("invariant: ");
            let expects = line.contains(".expect(") && !line.contains(".expect(\"invariant: ");
            line.contains(".unwrap()") || expects || panics
        }));
    }
    assert_none("`?` or an error; `expect(\"invariant: …\")` only where it cannot be otherwise:", &faults);
}
