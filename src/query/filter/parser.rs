//! Tokens → expression: `!` binds tightest, then standing side by side, then `or`.

use std::iter::Peekable;
use std::vec::IntoIter;

use super::error::FilterError;
use super::expr::Expr;
use super::lexer::{Token, What, tokens};
use super::term;

/// Bytes that an expression may have.
pub(super) const LONGEST: usize = 4096;
/// Parentheses and `!` that may stand within each other, since each costs some stack.
const DEEPEST: usize = 64;

/// Reads an expression.
pub(super) fn parse(text: &str) -> Result<Expr, FilterError> {
    if text.len() > LONGEST {
        let mut ends = (0..=LONGEST).rev();
        let end = ends.find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        let message = format!("the expression is longer than {LONGEST} bytes");
        return Err(FilterError::at(text, end, message));
    }
    let tokens = tokens(text).into_iter().peekable();
    let mut parser = Parser {
        text,
        tokens,
        depth: 0,
    };
    if parser.tokens.peek().is_none() {
        return Ok(Expr::default());
    }
    let expr = parser.any()?;
    match parser.tokens.next() {
        // Only a closing parenthesis ends an expression before its time.
        Some(close) => Err(parser.wrong(close.at, "this parenthesis was never opened")),
        None => Ok(expr),
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Peekable<IntoIter<Token<'a>>>,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn wrong(&self, at: usize, message: &str) -> FilterError {
        FilterError::at(self.text, at, message)
    }

    /// The next token if it is `what`.
    fn take(&mut self, what: What<'_>) -> Option<Token<'a>> {
        self.tokens.next_if(|token| token.what == what)
    }

    /// Alternatives.
    fn any(&mut self) -> Result<Expr, FilterError> {
        let mut all = vec![self.all()?];
        while let Some(or) = self.take(What::Or) {
            self.operand(or, "or")?;
            all.push(self.all()?);
        }
        Ok(if all.len() == 1 {
            all.remove(0)
        } else {
            Expr::Any(all)
        })
    }

    /// Terms side by side.
    fn all(&mut self) -> Result<Expr, FilterError> {
        let mut all = vec![self.term()?];
        while self
            .tokens
            .peek()
            .is_some_and(|next| !matches!(next.what, What::Or | What::Close))
        {
            if let Some(and) = self.take(What::And) {
                self.operand(and, "and")?;
            }
            all.push(self.term()?);
        }
        Ok(if all.len() == 1 {
            all.remove(0)
        } else {
            Expr::All(all)
        })
    }

    fn term(&mut self) -> Result<Expr, FilterError> {
        let Some(token) = self.tokens.next() else {
            return Err(self.wrong(self.text.len(), "a term is missing at the end"));
        };
        match token.what {
            What::Word(word) => term::test(self.text, token.at, word).map(Expr::Test),
            What::Open => self.deeper(token, Self::parenthesis),
            What::Not => self.deeper(token, Self::not),
            What::Or => Err(self.wrong(token.at, "there is nothing before this \"or\"")),
            What::And => Err(self.wrong(token.at, "there is nothing before this \"and\"")),
            What::Close => Err(self.wrong(token.at, "this parenthesis was never opened")),
        }
    }

    /// Goes on within `token`, unless that is too deep.
    fn deeper(
        &mut self,
        token: Token<'a>,
        rest: fn(&mut Self, Token<'a>) -> Result<Expr, FilterError>,
    ) -> Result<Expr, FilterError> {
        if self.depth == DEEPEST {
            let message = format!("more than {DEEPEST} parentheses and \"!\" within each other");
            return Err(self.wrong(token.at, &message));
        }
        self.depth += 1;
        let expr = rest(self, token);
        self.depth -= 1;
        expr
    }

    fn parenthesis(&mut self, open: Token<'a>) -> Result<Expr, FilterError> {
        if self.take(What::Close).is_some() {
            return Err(self.wrong(open.at, "there is nothing in these parentheses"));
        }
        if self.tokens.peek().is_none() {
            return Err(self.wrong(open.at, "this parenthesis is never closed"));
        }
        let expr = self.any()?;
        match self.take(What::Close) {
            Some(_) => Ok(expr),
            None => Err(self.wrong(open.at, "this parenthesis is never closed")),
        }
    }

    fn not(&mut self, not: Token<'a>) -> Result<Expr, FilterError> {
        self.operand(not, "!")?;
        Ok(Expr::Not(Box::new(self.term()?)))
    }

    /// Makes sure that a term follows `token`.
    fn operand(&mut self, token: Token<'a>, sign: &str) -> Result<(), FilterError> {
        let is_end = |next: &Token<'_>| matches!(next.what, What::Or | What::And | What::Close);
        match self.tokens.peek() {
            Some(next) if !is_end(next) => Ok(()),
            _ => Err(self.wrong(token.at, &format!("there is nothing after this {sign:?}"))),
        }
    }
}
