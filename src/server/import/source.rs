//! Reads records out of CSV and JSON Lines files, one by one, never a whole file.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::ImportError;
use crate::domain::import::{FileKind, Reason};
use crate::text::safe::clean;

/// Longest record, in bytes.
pub const LONGEST: u64 = 16 << 20;

/// The place behind a record, from where reading can go on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Bytes before it.
    pub offset: u64,
    /// Records before it, the header included.
    pub records: u64,
    /// Lines before it.
    pub lines: u64,
}

/// A record as it stands in the file.
#[derive(Debug)]
pub struct Raw {
    /// Its number, from 1.
    pub record: u64,
    /// The line that it starts on, from 1.
    pub line: u64,
    /// The fields in the order of the columns, or why there are none.
    pub fields: Result<Vec<String>, Reason>,
}

/// An open file of records.
pub struct Source {
    path: String,
    format: Format,
    kind: FileKind,
    place: Place,
    /// Bytes in all.
    pub size: u64,
}

enum Format {
    Csv(Box<Csv>),
    Lines(BufReader<File>),
}

struct Csv {
    reader: csv::Reader<Guard>,
    record: csv::ByteRecord,
    /// Bytes handed out since the last record began.
    read: Arc<AtomicU64>,
    /// For each column, the field that holds it; `None` for one that the file does without.
    order: Vec<Option<usize>>,
    /// Fields of the header.
    wide: usize,
    /// Records end in CR LF.
    crlf: bool,
    /// The last line of the file has its end.
    ended: bool,
}

/// Refuses to hand out more than the longest record at once.
struct Guard {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Guard {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = self.file.read(buf)?;
        if self.read.fetch_add(n as u64, Ordering::Relaxed) > LONGEST {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        Ok(n)
    }
}

impl Seek for Guard {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.file.seek(to)
    }
}

impl Source {
    /// Opens a file: JSON Lines if its name ends in `.jsonl` or `.ndjson`, else CSV, whose header is read and checked.
    ///
    /// # Errors
    /// When it cannot be read, or its header is not that of such a file.
    pub fn open(kind: FileKind, path: &Path) -> Result<Self, ImportError> {
        let name = shown(path);
        let failed = |source| ImportError::File {
            path: name.clone(),
            source,
        };
        let file = File::open(path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        let mut place = Place::default();
        let format = if is_lines(path) {
            Format::Lines(BufReader::with_capacity(1 << 16, file))
        } else {
            let (csv, behind) = Csv::open(kind, file, size).map_err(|e| e.at(&name, kind))?;
            place = behind;
            Format::Csv(Box::new(csv))
        };
        Ok(Self {
            path: name,
            format,
            kind,
            place,
            size,
        })
    }

    /// The place behind the last record.
    #[must_use]
    pub fn place(&self) -> Place {
        self.place
    }

    /// Goes on from a place.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn resume(&mut self, place: Place) -> Result<(), ImportError> {
        let done = match &mut self.format {
            Format::Csv(csv) => csv.resume(place),
            Format::Lines(reader) => reader.seek(SeekFrom::Start(place.offset)).map(|_| ()),
        };
        done.map_err(|source| ImportError::File {
            path: self.path.clone(),
            source,
        })?;
        self.place = place;
        Ok(())
    }

    /// The next record; `None` at the end.
    ///
    /// # Errors
    /// When the file cannot be read, or the record has no end in sight.
    pub fn next(&mut self) -> Result<Option<Raw>, ImportError> {
        let next = match &mut self.format {
            Format::Csv(csv) => csv.next(&mut self.place, self.size),
            Format::Lines(reader) => next_line(reader, self.kind, &mut self.place),
        };
        next.map_err(|error| match error.kind() {
            std::io::ErrorKind::FileTooLarge => ImportError::Endless {
                path: self.path.clone(),
                line: self.place.lines + 1,
            },
            _ => ImportError::File {
                path: self.path.clone(),
                source: error,
            },
        })
    }
}

/// A path for people.
pub fn shown(path: &Path) -> String {
    clean(&path.to_string_lossy()).into_owned()
}

fn is_lines(path: &Path) -> bool {
    path.extension().is_some_and(|extension| {
        ["jsonl", "ndjson"]
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    })
}

/// What is wrong with a header.
enum HeaderError {
    Read(std::io::Error),
    Wrong(String),
}

impl HeaderError {
    fn at(self, path: &str, kind: FileKind) -> ImportError {
        match self {
            Self::Read(source) => ImportError::File {
                path: path.to_owned(),
                source,
            },
            Self::Wrong(what) => ImportError::Header {
                path: path.to_owned(),
                what,
                columns: kind.columns().join(", "),
            },
        }
    }
}

impl From<std::io::Error> for HeaderError {
    fn from(error: std::io::Error) -> Self {
        Self::Read(error)
    }
}

impl Csv {
    fn open(kind: FileKind, mut file: File, size: u64) -> Result<(Self, Place), HeaderError> {
        let mut last = [b'\n'];
        if size > 0 {
            file.seek(SeekFrom::Start(size - 1))?;
            file.read_exact(&mut last)?;
            file.rewind()?;
        }
        let read = Arc::new(AtomicU64::new(0));
        let guard = Guard {
            file,
            read: Arc::clone(&read),
        };
        // Lines end with LF alone, so that a lone CR is text wherever it stands; the CR before it is cut in `next`.
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .terminator(csv::Terminator::Any(b'\n'))
            .buffer_capacity(1 << 16)
            .from_reader(guard);
        let mut csv = Self {
            reader,
            record: csv::ByteRecord::new(),
            read,
            order: Vec::new(),
            wide: 0,
            crlf: false,
            ended: last == [b'\n'],
        };
        let mut place = Place::default();
        if csv.advance(&mut place, size)?.is_none() {
            return Err(HeaderError::Wrong("the file has no header".to_owned()));
        }
        let mut header: Vec<String> = csv
            .record
            .iter()
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect();
        if let Some(last) = header.last_mut()
            && last.ends_with('\r')
        {
            last.pop();
            csv.crlf = true;
        }
        csv.order = order(&header, kind).map_err(HeaderError::Wrong)?;
        csv.wide = header.len();
        Ok((csv, place))
    }

    fn resume(&mut self, place: Place) -> std::io::Result<()> {
        let mut position = csv::Position::new();
        position
            .set_byte(place.offset)
            .set_line(place.lines + 1)
            .set_record(place.records);
        self.reader.seek(position).map_err(io)
    }

    /// Reads a record and moves the place behind it; gives back number and line of the record.
    fn advance(&mut self, place: &mut Place, size: u64) -> std::io::Result<Option<(u64, u64)>> {
        self.read.store(0, Ordering::Relaxed);
        if !self.reader.read_byte_record(&mut self.record).map_err(io)? {
            return Ok(None);
        }
        let behind = self.reader.position();
        // Empty lines before a record are skipped, so its first line is counted back from its last one.
        let inside: usize = self
            .record
            .iter()
            .map(|field| field.iter().filter(|byte| **byte == b'\n').count())
            .sum();
        let own_end = u64::from(behind.byte() < size || self.ended);
        let lines = behind.line().saturating_sub(1);
        *place = Place {
            offset: behind.byte(),
            records: place.records + 1,
            lines,
        };
        Ok(Some((
            place.records,
            (lines + 1).saturating_sub(inside as u64 + own_end),
        )))
    }

    fn next(&mut self, place: &mut Place, size: u64) -> std::io::Result<Option<Raw>> {
        let Some((record, line)) = self.advance(place, size)? else {
            return Ok(None);
        };
        Ok(Some(Raw {
            record,
            line,
            fields: self.fields(),
        }))
    }

    fn fields(&self) -> Result<Vec<String>, Reason> {
        let last = self.record.len().saturating_sub(1);
        let field = |at: usize| {
            let bytes = self.record.get(at).unwrap_or_default();
            match bytes.strip_suffix(b"\r") {
                Some(cut) if at == last && self.crlf => cut,
                _ => bytes,
            }
        };
        if (0..self.record.len()).any(|at| std::str::from_utf8(field(at)).is_err()) {
            return Err(Reason::InvalidUtf8);
        }
        if self.record.len() != self.wide {
            return Err(Reason::WrongColumnCount);
        }
        self.order
            .iter()
            .map(|at| {
                let bytes = at.map(field).unwrap_or_default();
                String::from_utf8(bytes.to_vec()).map_err(|_| Reason::InvalidUtf8)
            })
            .collect()
    }
}

fn io(error: csv::Error) -> std::io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => std::io::Error::other(format!("{other:?}")),
    }
}

/// For each column, where the header has it; `None` for one that it may lack.
fn order(header: &[String], kind: FileKind) -> Result<Vec<Option<usize>>, String> {
    let columns = kind.columns();
    let known = columns.join(",");
    if header.len() == 1 && header[0] != known && columns.len() > 1 {
        return Err(format!(
            "the first line is no header of comma-separated columns: '{}'",
            brief(&header[0])
        ));
    }
    if let Some(unknown) = header.iter().find(|name| !columns.contains(&name.as_str())) {
        return Err(format!("there is no column '{}'", brief(unknown)));
    }
    columns
        .iter()
        .map(|column| {
            let mut places = header.iter().enumerate().filter(|(_, name)| name == column);
            match (places.next(), places.next()) {
                (Some((at, _)), None) => Ok(Some(at)),
                (None, _) if kind.may_lack(column) => Ok(None),
                (None, _) => Err(format!("the column '{column}' is missing")),
                (Some(_), Some(_)) => Err(format!("the column '{column}' is there twice")),
            }
        })
        .collect()
}

fn brief(text: &str) -> String {
    let short: String = text.chars().take(60).collect();
    clean(&short).into_owned()
}

fn next_line(
    reader: &mut BufReader<File>,
    kind: FileKind,
    place: &mut Place,
) -> std::io::Result<Option<Raw>> {
    let mut line = Vec::new();
    let read = reader.by_ref().take(LONGEST + 1).read_until(b'\n', &mut line)? as u64;
    if read == 0 {
        return Ok(None);
    }
    if read > LONGEST {
        return Err(std::io::ErrorKind::FileTooLarge.into());
    }
    *place = Place {
        offset: place.offset + read,
        records: place.records + 1,
        lines: place.lines + 1,
    };
    Ok(Some(Raw {
        record: place.records,
        line: place.lines,
        fields: object(&line, kind),
    }))
}

/// The fields of a JSON object of strings, in the order of the columns.
fn object(line: &[u8], kind: FileKind) -> Result<Vec<String>, Reason> {
    let columns = kind.columns();
    let text = std::str::from_utf8(line).map_err(|_| Reason::InvalidUtf8)?;
    let Pairs(pairs) = serde_json::from_str(text).map_err(|_| Reason::InvalidJson)?;
    let mut fields = vec![None; columns.len()];
    for (name, value) in pairs {
        let slot = columns
            .iter()
            .position(|column| *column == name)
            .and_then(|at| fields.get_mut(at));
        match slot {
            Some(slot) if slot.is_none() => *slot = Some(value),
            _ => return Err(Reason::WrongColumnCount),
        }
    }
    fields
        .into_iter()
        .zip(columns)
        .map(|(field, column)| field.or_else(|| kind.may_lack(column).then(String::new)))
        .collect::<Option<_>>()
        .ok_or(Reason::WrongColumnCount)
}

/// The members of an object as they stand there, so that none hides behind another of its name.
struct Pairs(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Pairs;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object of strings")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

#[cfg(test)]
mod tests;
