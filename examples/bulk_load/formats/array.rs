use std::io::{self, BufRead};

use super::super::record::{Record, Shape};

/// One JSON array of documents, which is read document by document.
pub(super) struct Array<R> {
    reader: R,
    shape: Shape,
    line: u64,
    column: u64,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    /// After `[`, where the array may end.
    First,
    /// After a comma, where a document must follow.
    Next,
    End,
}

impl<R: BufRead> Array<R> {
    pub(super) fn new(reader: R, shape: Shape) -> Self {
        Self {
            reader,
            shape,
            line: 1,
            column: 1,
            state: State::Start,
        }
    }

    fn record(&mut self) -> io::Result<Option<Record>> {
        if self.state == State::Start {
            match self.skip_blanks()? {
                Some(b'[') => self.take()?,
                None => return self.end(),
                Some(_) => return self.stop("the input must begin with `[`"),
            };
            self.state = State::First;
        }
        match (self.skip_blanks()?, self.state) {
            (_, State::End) => return Ok(None),
            (None, _) => return self.stop("the array has no end"),
            (Some(b']'), State::First) => {
                self.take()?;
                return self.end();
            }
            _ => {}
        }
        let (line, column) = (self.line, self.column);
        let text = self.element()?;
        match self.take()? {
            Some(b']') => {
                self.state = State::End;
                if self.skip_blanks()?.is_some() {
                    return self.stop("there is text after the array");
                }
            }
            Some(_) => self.state = State::Next,
            None => {
                self.state = State::End;
                let reason = "the array has no end";
                return Ok(Some(Record::bad(self.line, self.column, reason, &text)));
            }
        }
        Ok(Some(self.shape.record(line, column, &text)))
    }

    /// The text up to the comma or the bracket that ends an element.
    fn element(&mut self) -> io::Result<Vec<u8>> {
        let (mut text, mut depth) = (Vec::new(), 0_u64);
        let (mut in_string, mut is_escaped) = (false, false);
        while let Some(byte) = self.peek()? {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' if in_string => is_escaped = true,
                b'"' => in_string = !in_string,
                _ if in_string => {}
                b',' | b']' if depth == 0 => break,
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            text.push(byte);
            self.take()?;
        }
        while text.last().is_some_and(u8::is_ascii_whitespace) {
            text.pop();
        }
        Ok(text)
    }

    fn end(&mut self) -> io::Result<Option<Record>> {
        self.state = State::End;
        match self.skip_blanks()? {
            Some(_) => self.stop("there is text after the array"),
            None => Ok(None),
        }
    }

    /// What follows cannot be read.
    fn stop(&mut self, reason: &str) -> io::Result<Option<Record>> {
        self.state = State::End;
        let start = &self.reader.fill_buf()?;
        let text = &start[..start.len().min(SHOWN)];
        let record = Record::bad(self.line, self.column, reason, text);
        io::copy(&mut self.reader, &mut io::sink())?;
        Ok(Some(record))
    }

    fn skip_blanks(&mut self) -> io::Result<Option<u8>> {
        while let Some(byte) = self.peek()? {
            if !byte.is_ascii_whitespace() {
                return Ok(Some(byte));
            }
            self.take()?;
        }
        Ok(None)
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.reader.fill_buf()?.first().copied())
    }

    fn take(&mut self) -> io::Result<Option<u8>> {
        let byte = self.peek()?;
        match byte {
            Some(b'\n') => (self.line, self.column) = (self.line + 1, 1),
            Some(_) => self.column += 1,
            None => {}
        }
        self.reader.consume(usize::from(byte.is_some()));
        Ok(byte)
    }
}

impl<R: BufRead> Iterator for Array<R> {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<io::Result<Record>> {
        self.record().transpose()
    }
}

/// How much of a text that cannot be read is kept.
const SHOWN: usize = 1024;
