//! Files that hold what a test printed when somebody last looked at it.

use std::path::PathBuf;

/// Compares `text` with `tests/it/golden/{name}`. `LIANBANG_GOLDEN=write` writes it instead: look at the difference, then commit it.
#[track_caller]
pub fn assert_golden(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden").join(name);
    if std::env::var("LIANBANG_GOLDEN").is_ok_and(|value| value == "write") {
        std::fs::create_dir_all(path.parent().expect("folder")).expect("folder");
        std::fs::write(&path, text).expect("golden file");
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    if kept == text {
        return;
    }
    let kept: Vec<&str> = kept.lines().collect();
    let now: Vec<&str> = text.lines().collect();
    let gone = kept.iter().filter(|line| !now.contains(line)).map(|line| format!("- {line}"));
    let new = now.iter().filter(|line| !kept.contains(line)).map(|line| format!("+ {line}"));
    let difference: Vec<String> = gone.chain(new).collect();
    panic!(
        "tests/it/golden/{name} is not what it was; if it is meant, run the test with LIANBANG_GOLDEN=write and commit the file:\n{}",
        difference.join("\n")
    );
}
