//! Where something is: region codes, levels, and the chain of regions above a place.

use std::fmt;

/// A division code of twelve digits, e.g. 411002011007. Stored as an integer: compact, and ordered as the digits are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(i64);

impl Code {
    /// The country: above everything.
    pub const COUNTRY: Self = Self(0);

    /// Reads 2 to 12 digits and pads them to twelve.
    ///
    /// # Errors
    /// A sentence where it is something else.
    pub fn parse(digits: &str) -> Result<Self, String> {
        if !(2..=12).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("is not a code of 2 to 12 digits".into());
        }
        format!("{digits:0<12}").parse().map(Self).map_err(|_| "is not a code of 2 to 12 digits".into())
    }

    /// Reads a resource name `regions/{code}`.
    ///
    /// # Errors
    /// A sentence where it is something else.
    pub fn from_name(name: &str) -> Result<Self, String> {
        let digits = name.strip_prefix("regions/").ok_or("is not of the form regions/{code}")?;
        if digits.len() == 12 { Self::parse(digits) } else { Err("is not a code of 12 digits".into()) }
    }

    /// From the database's column.
    pub fn from_stored(value: i64) -> Self {
        Self(value)
    }

    /// For the database's column.
    pub fn stored(self) -> i64 {
        self.0
    }

    /// `regions/{code}`.
    pub fn name(self) -> String {
        format!("regions/{self}")
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

/// Level of a region in the tree. It comes from the source's column, never from the zeros of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The country.
    Country = 1,
    /// Province (省级).
    Province = 2,
    /// City (地级).
    City = 3,
    /// County (县级).
    County = 4,
    /// Township (乡级).
    Township = 5,
    /// Village (村级).
    Village = 6,
}

impl Level {
    /// All levels, from the top.
    pub const ALL: [Self; 6] = [Self::Country, Self::Province, Self::City, Self::County, Self::Township, Self::Village];

    /// From the database's column.
    pub fn from_stored(value: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|level| *level as i32 == value)
    }

    /// For the database's column.
    pub fn stored(self) -> i32 {
        self as i32
    }

    /// From the `level` column of the published files.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "country" => Some(Self::Country),
            "province" => Some(Self::Province),
            "city" => Some(Self::City),
            "county" => Some(Self::County),
            "township" => Some(Self::Township),
            "village" => Some(Self::Village),
            _ => None,
        }
    }
}

/// The chain of regions from the province down to a place. Levels that the place does not reach, or that its chain leaves out
/// (a county right under its province), are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Path {
    /// Province of the place.
    pub province: Option<Code>,
    /// City of the place.
    pub city: Option<Code>,
    /// County of the place.
    pub county: Option<Code>,
    /// Township of the place.
    pub township: Option<Code>,
    /// Village of the place.
    pub village: Option<Code>,
}

impl Path {
    /// The code at a level.
    pub fn at(&self, level: Level) -> Option<Code> {
        match level {
            Level::Country => Some(Code::COUNTRY),
            Level::Province => self.province,
            Level::City => self.city,
            Level::County => self.county,
            Level::Township => self.township,
            Level::Village => self.village,
        }
    }

    /// The path with one more level.
    #[must_use]
    pub fn with(mut self, level: Level, code: Code) -> Self {
        match level {
            Level::Country => {}
            Level::Province => self.province = Some(code),
            Level::City => self.city = Some(code),
            Level::County => self.county = Some(code),
            Level::Township => self.township = Some(code),
            Level::Village => self.village = Some(code),
        }
        self
    }

    /// The lowest region of the path, or the country.
    pub fn lowest(&self) -> (Level, Code) {
        Level::ALL
            .into_iter()
            .rev()
            .find_map(|level| self.at(level).map(|code| (level, code)))
            .unwrap_or((Level::Country, Code::COUNTRY))
    }

    /// The place lies in that region or is it.
    pub fn is_within(&self, level: Level, code: Code) -> bool {
        self.at(level) == Some(code)
    }
}
