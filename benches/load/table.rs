//! What was measured, as a table in Markdown, and the ratios that are promised.

use std::fmt::Write as _;

use crate::generator::Rate;

/// The lines in their order.
#[derive(Default)]
pub struct Table {
    lines: Vec<(String, String)>,
    rates: Vec<(String, f64)>,
}

/// What is to be reached: what, against what, the ratio.
const GOALS: [(&str, &str, f64); 8] = [
    ("SQLite: GetCase, BASIC, 64 in flight", "bare echo, 64 in flight", 0.4),
    ("PostgreSQL: GetCase, BASIC, 64 in flight", "bare echo, 64 in flight", 0.25),
    ("SQLite: RegisterCase, 64 in flight", "SQLite: RegisterCase, one commit a call, 64 in flight", 1.5),
    ("SQLite: RegisterCase, 64 in flight", "SQLite: BEGIN IMMEDIATE; INSERT; COMMIT of one row, sqlx", 0.4),
    ("PostgreSQL: RegisterCase, 64 in flight", "PostgreSQL: pgbench, one-row commit, 8 clients", 0.25),
    (
        "SQLite, fsync + 5 ms: RegisterCase, shared commits, 64 in flight",
        "SQLite, fsync + 5 ms: RegisterCase, one commit a call, 64 in flight",
        15.0,
    ),
    ("SQLite: ImportCases, one stream, 1 in flight", "SQLite: RegisterCase, 64 in flight", 1.5),
    ("PostgreSQL: ImportCases, one stream, 1 in flight", "PostgreSQL: RegisterCase, 64 in flight", 1.5),
];

impl Table {
    /// A rate of the floor.
    pub fn note(&mut self, what: &str, per_second: f64) {
        eprintln!("{what}: {per_second:.0}/s");
        self.lines.push((what.into(), format!("{per_second:.0} /s")));
        self.rates.push((what.into(), per_second));
    }

    /// A rate under load.
    pub fn rate(&mut self, what: &str, flight: usize, rate: Rate) {
        let what = format!("{what}, {flight} in flight");
        let Rate { per_second, median, slow } = rate;
        eprintln!("{what}: {per_second:.0}/s");
        let times = if median.is_zero() {
            String::new()
        } else {
            format!("; {:.2} ms, 99 %: {:.2} ms", median.as_secs_f64() * 1e3, slow.as_secs_f64() * 1e3)
        };
        self.lines.push((what.clone(), format!("{per_second:.0} /s{times}")));
        self.rates.push((what, per_second));
    }

    /// Something else.
    pub fn said(&mut self, what: &str, value: &str) {
        eprintln!("{what}: {value}");
        self.lines.push((what.into(), value.into()));
    }

    /// The tables.
    pub fn render(&self) -> String {
        let mut text = String::from("| measured | result |\n|---|---|\n");
        for (what, result) in &self.lines {
            let _ = writeln!(text, "| {what} | {result} |");
        }
        text.push_str("\n| ratio | goal | reached |\n|---|---|---|\n");
        let rate = |name: &str| self.rates.iter().find(|(what, _)| what == name).map(|(_, rate)| *rate);
        for (what, of, goal) in GOALS {
            if let (Some(rate), Some(base)) = (rate(what), rate(of)) {
                let _ = writeln!(text, "| {what} ÷ {of} | {goal} | {:.2} |", rate / base);
            }
        }
        text
    }
}
