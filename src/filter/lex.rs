//! Reads a filter character by character: names, operators, literals, white space. What a character means depends on
//! where it stands (`:` is an operator after a name, a part of a time after an operator), so the grammar asks for what
//! it expects instead of taking from a stream of tokens.

use super::{FilterError, Op};

/// The words that AIP-160 reserves.
pub(super) const KEYWORDS: [&str; 3] = ["AND", "OR", "NOT"];

const QUOTE_IT: &str = "put the value in straight quotes (\" or ')";

/// A value as written, before its field says what it means.
#[derive(Debug)]
pub(super) struct Literal {
    /// Where it starts, in code points from 1.
    pub at: usize,
    /// The text without quotes, escapes and the wildcard.
    pub text: String,
    /// An unescaped `*` stood at the end.
    pub wildcard: bool,
    /// It stood without quotes.
    pub bare: bool,
}

impl Literal {
    /// Adds a character as it stands in the source, where a `*` is a wildcard and must be the last.
    fn push(&mut self, c: char, at: usize) -> Result<(), FilterError> {
        self.text_may_go_on(at)?;
        match c {
            '*' => self.wildcard = true,
            c => self.text.push(c),
        }
        Ok(())
    }

    fn text_may_go_on(&self, at: usize) -> Result<(), FilterError> {
        if self.wildcard {
            return Err(syntax(at, "a wildcard * can only end a value (write \"\\*\" for a star), but more follows"));
        }
        Ok(())
    }
}

/// A place in the source.
pub(super) struct Cursor {
    chars: Vec<char>,
    next: usize,
}

impl Cursor {
    pub(super) fn new(source: &str) -> Self {
        Self { chars: source.chars().collect(), next: 0 }
    }

    /// The position of the next character, from 1.
    pub(super) fn at(&self) -> usize {
        self.next + 1
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.chars.get(self.next).copied()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.next += 1;
        Some(c)
    }

    pub(super) fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.next += usize::from(found);
        found
    }

    /// Skips white space; true when there was some.
    pub(super) fn blanks(&mut self) -> bool {
        let start = self.next;
        while self.peek().is_some_and(char::is_whitespace) {
            self.next += 1;
        }
        self.next > start
    }

    /// Takes a reserved word and the white space after it, if it comes next. `ORDER` isn't `OR`.
    pub(super) fn keyword(&mut self, word: &str) -> Result<bool, FilterError> {
        let end = self.next + word.len();
        let here = self.chars.get(self.next..end);
        if !here.is_some_and(|chars| chars.iter().copied().eq(word.chars())) {
            return Ok(false);
        }
        match self.chars.get(end).copied() {
            Some(c) if in_name(c) => return Ok(false),
            Some(c) if c.is_whitespace() || c == ')' => {}
            None => {}
            Some(_) => return Err(syntax(end + 1, "white space is missing after AND, OR or NOT")),
        }
        self.next = end;
        self.blanks();
        Ok(true)
    }

    /// Takes what stands where a field is expected; may be empty.
    pub(super) fn name(&mut self) -> String {
        let start = self.next;
        while self.peek().is_some_and(in_name) {
            self.next += 1;
        }
        self.chars[start..self.next].iter().collect()
    }

    pub(super) fn operator(&mut self) -> Option<Op> {
        let (op, length) = match (self.peek()?, self.chars.get(self.next + 1).copied()) {
            ('<', Some('=')) => (Op::Le, 2),
            ('>', Some('=')) => (Op::Ge, 2),
            ('!', Some('=')) => (Op::Ne, 2),
            ('<', _) => (Op::Lt, 1),
            ('>', _) => (Op::Gt, 1),
            ('=', _) => (Op::Eq, 1),
            (':', _) => (Op::Has, 1),
            _ => return None,
        };
        self.next += length;
        Some(op)
    }

    /// Takes the value after an operator.
    pub(super) fn literal(&mut self) -> Result<Literal, FilterError> {
        let literal = Literal { at: self.at(), text: String::new(), wildcard: false, bare: true };
        match self.peek() {
            Some(quote @ ('"' | '\'')) => self.quoted(quote, Literal { bare: false, ..literal }),
            Some(c) if in_value(c) => self.bare(literal),
            Some('(') => Err(syntax(literal.at, "a single value is wanted; write (a = 1 OR a = 2)")),
            Some(')') | None => Err(syntax(literal.at, "a value is missing")),
            Some(_) => Err(syntax(literal.at, QUOTE_IT)),
        }
    }

    fn bare(&mut self, mut literal: Literal) -> Result<Literal, FilterError> {
        while let Some(c) = self.peek().filter(|c| in_value(*c)) {
            literal.push(c, self.at())?;
            self.next += 1;
        }
        match self.peek() {
            // Said here, where a value was read, because "white space is missing" would mislead.
            Some('(') => Err(syntax(self.at(), "functions are not supported")),
            Some(c) if !c.is_whitespace() && c != ')' => Err(syntax(self.at(), QUOTE_IT)),
            _ if !literal.wildcard && KEYWORDS.contains(&literal.text.as_str()) => {
                Err(syntax(literal.at, "a value is missing, or AND, OR or NOT as a value needs quotes"))
            }
            _ => Ok(literal),
        }
    }

    fn quoted(&mut self, quote: char, mut literal: Literal) -> Result<Literal, FilterError> {
        self.next += 1;
        loop {
            let at = self.at();
            match self.bump() {
                None => return Err(syntax(literal.at, "the quote isn't closed")),
                Some(c) if c == quote => return Ok(literal),
                Some('\\') => {
                    literal.text_may_go_on(at)?;
                    match self.bump() {
                        Some(c @ ('"' | '\'' | '\\' | '*')) => literal.text.push(c),
                        _ => return Err(syntax(at, "a backslash goes only before \", ', * or another backslash")),
                    }
                }
                // Stored texts hold none, NUL least of all.
                Some(c) if c.is_control() => return Err(syntax(at, "a control character isn't allowed")),
                Some(c) => literal.push(c, at)?,
            }
        }
    }
}

pub(super) fn syntax(at: usize, what: &'static str) -> FilterError {
    FilterError::Syntax { at, what }
}

/// What a bare value may hold: letters and digits of every script, and the marks of times, names and numbers. Curly
/// quotes, full-width brackets and the like are left out on purpose: taken as text they would silently find nothing.
pub(super) fn in_value(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':' | '+' | '@' | '%' | '#' | '~' | '*')
}

/// Wider than any field, so that an error can name the whole of a wrong one.
fn in_name(c: char) -> bool {
    c != ':' && in_value(c)
}
