//! The grammar of AIP-160 by recursive descent; only parentheses recurse, and their depth is limited.
//!
//! ```text
//! filter     = [sequence]
//! sequence   = factor {[AND] factor}       binds weaker than OR, unlike in most languages
//! factor     = term {OR term}
//! term       = [NOT | -] simple
//! simple     = comparison | "(" sequence ")"
//! comparison = field operator value
//! ```
//!
//! AIP-160 tells a sequence (`a b`) from `a AND b` only for ranking, which a register doesn't do.

use super::lex::{Cursor, KEYWORDS, syntax};
use super::{Expr, Field, FilterError, MAX_COMPARISONS, MAX_DEPTH, check};

pub(super) struct Parser<'a> {
    cursor: Cursor,
    fields: &'a [Field],
    depth: usize,
    comparisons: usize,
}

/// What stands between two terms.
enum Joint {
    And,
    Or,
    End,
}

impl<'a> Parser<'a> {
    pub(super) fn new(source: &str, fields: &'a [Field]) -> Self {
        Self { cursor: Cursor::new(source), fields, depth: 0, comparisons: 0 }
    }

    pub(super) fn filter(&mut self) -> Result<Option<Expr>, FilterError> {
        self.cursor.blanks();
        if self.cursor.peek().is_none() {
            return Ok(None);
        }
        let expr = self.sequence()?;
        match self.cursor.peek() {
            None => Ok(Some(expr)),
            Some(_) => Err(syntax(self.cursor.at(), "a closing parenthesis without an opening one")),
        }
    }

    /// Reads up to a closing parenthesis, which it leaves, or the end.
    fn sequence(&mut self) -> Result<Expr, FilterError> {
        let mut factors = Vec::new();
        let mut terms = vec![self.term()?];
        loop {
            match self.joint()? {
                Joint::Or => terms.push(self.term()?),
                Joint::And => {
                    factors.push(any(std::mem::take(&mut terms)));
                    terms.push(self.term()?);
                }
                Joint::End => {
                    factors.push(any(terms));
                    return Ok(all(factors));
                }
            }
        }
    }

    fn joint(&mut self) -> Result<Joint, FilterError> {
        let spaced = self.cursor.blanks();
        match self.cursor.peek() {
            None | Some(')') => Ok(Joint::End),
            Some(_) if !spaced => Err(syntax(self.cursor.at(), "white space is missing")),
            Some(_) if self.cursor.keyword("OR")? => Ok(Joint::Or),
            Some(_) => {
                self.cursor.keyword("AND")?;
                Ok(Joint::And)
            }
        }
    }

    fn term(&mut self) -> Result<Expr, FilterError> {
        if self.cursor.keyword("NOT")? || self.cursor.eat('-') {
            return Ok(negated(self.simple()?));
        }
        self.simple()
    }

    fn simple(&mut self) -> Result<Expr, FilterError> {
        let at = self.cursor.at();
        if !self.cursor.eat('(') {
            return self.comparison();
        }
        if self.depth == MAX_DEPTH {
            return Err(FilterError::TooDeep { at });
        }
        self.depth += 1;
        self.cursor.blanks();
        let expr = self.sequence()?;
        if !self.cursor.eat(')') {
            return Err(syntax(at, "the parenthesis isn't closed"));
        }
        self.depth -= 1;
        Ok(expr)
    }

    fn comparison(&mut self) -> Result<Expr, FilterError> {
        let at = self.cursor.at();
        let name = self.cursor.name();
        match self.cursor.peek() {
            Some('(') => return Err(syntax(at, "functions are not supported")),
            None | Some(')') if name.is_empty() => return Err(syntax(at, "a comparison is missing")),
            _ if KEYWORDS.contains(&name.as_str()) => return Err(syntax(at, "a comparison is missing")),
            _ => {}
        }
        self.cursor.blanks();
        let op_at = self.cursor.at();
        // `and` in small letters ends here too: it is a bare word.
        let Some(op) = self.cursor.operator().filter(|_| !name.is_empty()) else {
            return Err(syntax(at, "field, operator and value are wanted (and AND, OR, NOT in capitals)"));
        };
        if self.comparisons == MAX_COMPARISONS {
            return Err(FilterError::TooMany { at });
        }
        self.comparisons += 1;
        let field = check::field(self.fields, &name, at)?;
        check::operator(&self.fields[field], op, op_at)?;
        self.cursor.blanks();
        let value = check::value(&self.fields[field], op, self.cursor.literal()?)?;
        Ok(Expr::Compare { field, op, value })
    }
}

/// All of one or more parts, in normal form.
pub(super) fn all(parts: Vec<Expr>) -> Expr {
    let flat = parts.into_iter().flat_map(|part| match part {
        Expr::And(inner) => inner,
        other => vec![other],
    });
    alone_or(flat.collect(), Expr::And)
}

/// Any of one or more parts, in normal form.
pub(super) fn any(parts: Vec<Expr>) -> Expr {
    let flat = parts.into_iter().flat_map(|part| match part {
        Expr::Or(inner) => inner,
        other => vec![other],
    });
    alone_or(flat.collect(), Expr::Or)
}

fn alone_or(mut parts: Vec<Expr>, join: fn(Vec<Expr>) -> Expr) -> Expr {
    if parts.len() == 1 { parts.swap_remove(0) } else { join(parts) }
}

/// The opposite, in normal form.
pub(super) fn negated(expr: Expr) -> Expr {
    match expr {
        Expr::Not(inner) => *inner,
        other => Expr::Not(Box::new(other)),
    }
}
