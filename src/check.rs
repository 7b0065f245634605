//! Checks of form: the rules that the protos state, as the build turned them into code, and the list of faults they fill.
//!
//! All faults of a request are collected, each with the path of its field, so that a caller mends them in one go.

use std::{collections::HashSet, hash::Hash};

use regex::Regex;

/// A message whose form can be checked. Implemented by the build for every message of the contract.
pub trait Checked {
    /// Adds each fault of the message to `faults`.
    fn check(&self, faults: &mut Faults);
}

/// One field that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Path of the field as in the proto, e.g. `case.region` or `parties[2].role`.
    pub field: String,
    /// What is wrong, in plain words. Never repeats the content.
    pub message: String,
    /// The article that asks for it, `RMTJ 27`. Empty where form alone does.
    pub article: &'static str,
}

/// The faults found so far, and where in the message the check stands.
#[derive(Debug, Default)]
pub struct Faults {
    path: Vec<String>,
    found: Vec<Fault>,
}

/// More faults than this in one request are not listed.
const MOST_FAULTS: usize = 100;

impl Faults {
    /// Checks a message by the rules of its proto.
    pub fn of(message: &impl Checked) -> Self {
        let mut faults = Self::default();
        message.check(&mut faults);
        faults
    }

    /// The faults, or nothing where there are none.
    ///
    /// # Errors
    /// All faults as one error.
    pub fn into_result(self) -> Result<(), crate::error::Error> {
        if self.found.is_empty() { Ok(()) } else { Err(crate::error::Error::Invalid(self.found)) }
    }

    /// True where nothing was found.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Runs `check` inside the field `name`.
    pub fn field(&mut self, name: &str, check: impl FnOnce(&mut Self)) {
        self.path.push(name.to_owned());
        check(self);
        self.path.pop();
    }

    /// Runs `check` inside item `index` of the present field.
    pub fn index(&mut self, index: usize, check: impl FnOnce(&mut Self)) {
        self.path.push(format!("[{index}]"));
        check(self);
        self.path.pop();
    }

    /// Adds a fault at the present place.
    pub fn add(&mut self, message: impl Into<String>) {
        self.push(message.into(), "");
    }

    /// Adds a fault of one field that an article forbids.
    pub fn against(&mut self, article: &'static str, name: &str, message: impl Into<String>) {
        self.field(name, |faults| faults.push(message.into(), article));
    }

    fn push(&mut self, message: String, article: &'static str) {
        if self.found.len() < MOST_FAULTS {
            let field = self.path.join(".").replace(".[", "[");
            self.found.push(Fault { field, message, article });
        }
    }

    /// Adds a fault of one field.
    pub fn at(&mut self, name: &str, message: impl Into<String>) {
        self.field(name, |faults| faults.add(message));
    }

    /// Keeps the value of a conversion, or notes its fault at `name`.
    pub fn take<T>(&mut self, name: &str, result: Result<T, String>) -> Option<T> {
        result.map_err(|message| self.at(name, message)).ok()
    }

    fn ensure(&mut self, holds: bool, message: impl FnOnce() -> String) {
        if !holds {
            self.add(message());
        }
    }

    pub(crate) fn text(&mut self, value: &str) {
        self.ensure(!value.contains('\0'), || "contains the character NUL".into());
    }

    pub(crate) fn min_len(&mut self, value: &str, least: usize) {
        self.ensure(value.chars().take(least).count() == least, || match least {
            1 => "is required".into(),
            _ => format!("has fewer than {least} characters"),
        });
    }

    pub(crate) fn max_len(&mut self, value: &str, most: usize) {
        self.ensure(value.len() <= most || value.chars().count() <= most, || {
            format!("has more than {most} characters")
        });
    }

    pub(crate) fn pattern(&mut self, value: &str, pattern: &Regex) {
        self.ensure(pattern.is_match(value), || format!("does not match {pattern}"));
    }

    pub(crate) fn uuid(&mut self, value: &str) {
        self.ensure(value.len() == 36 && uuid::Uuid::try_parse(value).is_ok(), || "is not a UUID".into());
    }

    #[allow(dead_code, reason = "the build calls it where a proto has such a rule")]
    pub(crate) fn min_bytes(&mut self, length: usize, least: usize) {
        self.ensure(length >= least, || format!("has fewer than {least} bytes"));
    }

    #[allow(dead_code, reason = "the build calls it where a proto has such a rule")]
    pub(crate) fn max_bytes(&mut self, length: usize, most: usize) {
        self.ensure(length <= most, || format!("has more than {most} bytes"));
    }

    pub(crate) fn min_items(&mut self, length: usize, least: usize) {
        self.ensure(length >= least, || format!("has fewer than {least} items"));
    }

    pub(crate) fn max_items(&mut self, length: usize, most: usize) {
        self.ensure(length <= most, || format!("has more than {most} items"));
    }

    pub(crate) fn unique<T: Hash + Eq>(&mut self, values: &[T]) {
        let distinct: HashSet<&T> = values.iter().collect();
        self.ensure(distinct.len() == values.len(), || "has an item twice".into());
    }

    pub(crate) fn at_least(&mut self, value: i64, least: i64) {
        self.ensure(value >= least, || format!("is less than {least}"));
    }

    pub(crate) fn at_most(&mut self, value: i64, most: i64) {
        self.ensure(value <= most, || format!("is more than {most}"));
    }

    pub(crate) fn defined(&mut self, known: bool) {
        self.ensure(known, || "is not a value of the enum".into());
    }

    pub(crate) fn not_in(&mut self, value: i32, values: &[i64]) {
        self.ensure(!values.contains(&i64::from(value)), || match value {
            0 => "is required".into(),
            _ => "is not allowed here".into(),
        });
    }

    pub(crate) fn one_of(&mut self, value: i32, values: &[i64]) {
        self.ensure(values.contains(&i64::from(value)), || "is not allowed here".into());
    }

    pub(crate) fn duration_at_least(&mut self, value: &prost_types::Duration, least: i64) {
        self.ensure(value.seconds >= least, || format!("is shorter than {least} s"));
    }

    pub(crate) fn duration_at_most(&mut self, value: &prost_types::Duration, most: i64) {
        self.ensure(value.seconds < most || (value.seconds == most && value.nanos == 0), || {
            format!("is longer than {most} s")
        });
    }
}
