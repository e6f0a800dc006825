//! A row on its way into a log.

use std::io::Write as _;
use std::slice::Iter;
use std::time::Duration;

use wiretale::packet::{Address, Endpoint, Timestamp};
use wiretale::protocol::Flow;

use crate::id::Uid;
use crate::table::{Column, Kind, Table};
use crate::text::plain_run;
use crate::{json, number, tsv};

/// How logs are written.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Format {
    /// Zeek's tab-separated values.
    #[default]
    Tsv,
    /// JSON lines with Zeek's dotted keys.
    Json,
}

/// One row: its cells are given in the order of the table's columns, straight into the log's buffer.
#[must_use = "a row ends with `end`"]
pub struct Row<'r> {
    out: &'r mut Vec<u8>,
    columns: Iter<'static, Column>,
    format: Format,
    first: bool,
}

impl<'r> Row<'r> {
    /// A row of `table`, appended to `out`.
    pub fn new(out: &'r mut Vec<u8>, table: &Table, format: Format) -> Self {
        if format == Format::Json {
            out.push(b'{');
        }
        Self { out, columns: table.columns.iter(), format, first: true }
    }

    /// Ends the row; cells not given stay unset.
    pub fn end(mut self) {
        while !self.columns.as_slice().is_empty() {
            self = self.unset();
        }
        self.out.extend_from_slice(match self.format {
            Format::Tsv => b"\n",
            Format::Json => b"}\n",
        });
    }

    /// A cell without a value.
    #[inline]
    pub fn unset(mut self) -> Self {
        if self.format == Format::Tsv {
            self.cell(None);
            self.out.push(b'-');
        } else {
            self.columns.next();
        }
        self
    }

    /// A moment.
    #[inline]
    pub fn time(mut self, at: Timestamp) -> Self {
        self.cell(Some(Kind::Time));
        number::time(self.out, at);
        self
    }

    /// A length of time.
    #[inline]
    pub fn interval(mut self, length: impl Into<Option<Duration>>) -> Self {
        let Some(length) = length.into() else { return self.unset() };
        self.cell(Some(Kind::Interval));
        number::interval(self.out, length);
        self
    }

    /// Text from the wire; `None` is unset, an empty text is empty.
    pub fn text<'t>(mut self, text: impl Into<Option<&'t [u8]>>) -> Self {
        let Some(text) = text.into() else { return self.unset() };
        self.cell(Some(Kind::Text));
        match self.format {
            Format::Tsv => tsv::text(self.out, text, false),
            Format::Json => json::text(self.out, text),
        }
        self
    }

    /// The name of a flow or a file.
    #[inline]
    pub fn uid(mut self, uid: impl Into<Option<Uid>>) -> Self {
        let Some(uid) = uid.into() else { return self.unset() };
        self.cell(Some(Kind::Text));
        self.quote();
        uid.write(self.out);
        self.quote();
        self
    }

    /// A flow's name and its ends, in five columns.
    #[inline]
    pub(crate) fn flow(self, flow: &Flow) -> Self {
        self.uid(Uid::flow(flow.id)).endpoint(flow.client).endpoint(flow.server)
    }

    /// The same, as it was written before. It stands behind the row's first cell.
    #[inline]
    pub(crate) fn named(mut self, named: &Named) -> Self {
        debug_assert!(!self.first && self.columns.as_slice().first().is_some_and(|column| column.name == "uid"));
        self.columns.by_ref().take(Named::CELLS).for_each(drop);
        self.out.extend_from_slice(&named.cells);
        self
    }

    /// A word that needs no escape in either format: letters, digits and signs. An empty one is unset.
    #[inline]
    pub(crate) fn plain(mut self, word: &[u8]) -> Self {
        debug_assert!(word.iter().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"')), "{word:?}");
        if word.is_empty() {
            return self.unset();
        }
        self.cell(Some(Kind::Text));
        self.quote();
        self.out.extend_from_slice(word);
        self.quote();
        self
    }

    /// A word, most often of ours.
    pub fn word<'t>(mut self, word: impl Into<Option<&'t str>>) -> Self {
        match (word.into(), self.format) {
            // Most are plain, and need no second look.
            (Some(word), Format::Tsv) if is_plain(word) => {
                self.cell(Some(Kind::Text));
                self.out.extend_from_slice(word.as_bytes());
                self
            }
            (word, _) => self.text(word.map(str::as_bytes)),
        }
    }

    /// An address.
    #[inline]
    pub fn addr(mut self, address: impl Into<Option<Address>>) -> Self {
        let Some(address) = address.into() else { return self.unset() };
        self.cell(Some(Kind::Addr));
        self.quote();
        number::address(self.out, address);
        self.quote();
        self
    }

    /// A port.
    pub fn port(self, port: impl Into<Option<u16>>) -> Self {
        self.whole(Kind::Port, port.into().map(u64::from))
    }

    /// An address and, in the next column, a port.
    pub fn endpoint(self, endpoint: impl Into<Option<Endpoint>>) -> Self {
        let endpoint = endpoint.into();
        self.addr(endpoint.map(|e| e.address)).port(endpoint.map(|e| e.port))
    }

    /// A whole number.
    pub fn count(self, n: impl Into<Option<u64>>) -> Self {
        self.whole(Kind::Count, n.into())
    }

    /// A number with three digits of fraction.
    pub fn double(mut self, n: impl Into<Option<f64>>) -> Self {
        let Some(n) = n.into().filter(|n| n.is_finite()) else { return self.unset() };
        self.cell(Some(Kind::Double));
        let _ = write!(self.out, "{n:.3}");
        self
    }

    /// True or false.
    #[inline]
    pub fn bool(mut self, yes: impl Into<Option<bool>>) -> Self {
        let Some(yes) = yes.into() else { return self.unset() };
        self.cell(Some(Kind::Bool));
        self.out.extend_from_slice(match (self.format, yes) {
            (Format::Tsv, true) => b"T",
            (Format::Tsv, false) => b"F",
            (Format::Json, true) => b"true",
            (Format::Json, false) => b"false",
        });
        self
    }

    /// Several texts.
    pub fn set<'t>(self, items: impl IntoIterator<Item = &'t [u8]>) -> Self {
        self.several(Kind::Set, items, |out, format, item| match format {
            Format::Tsv => tsv::text(out, item, true),
            Format::Json => json::text(out, item),
        })
    }

    /// Several lengths of time.
    pub fn intervals(self, items: impl IntoIterator<Item = Duration>) -> Self {
        self.several(Kind::Intervals, items, |out, _, item| number::interval(out, item))
    }

    fn several<T>(
        mut self,
        kind: Kind,
        items: impl IntoIterator<Item = T>,
        write: impl Fn(&mut Vec<u8>, Format, T),
    ) -> Self {
        self.cell(Some(kind));
        if self.format == Format::Json {
            self.out.push(b'[');
        }
        let start = self.out.len();
        for item in items {
            if self.out.len() > start {
                self.out.push(b',');
            }
            write(self.out, self.format, item);
        }
        match self.format {
            Format::Tsv if self.out.len() == start => self.out.extend_from_slice(b"(empty)"),
            Format::Tsv => {}
            Format::Json => self.out.push(b']'),
        }
        self
    }

    #[inline]
    fn whole(mut self, kind: Kind, n: Option<u64>) -> Self {
        let Some(n) = n else { return self.unset() };
        self.cell(Some(kind));
        number::decimal(self.out, n);
        self
    }

    /// What stands before a cell.
    #[inline]
    fn cell(&mut self, kind: Option<Kind>) {
        let column = self.columns.next();
        debug_assert!(
            column.is_some_and(|column| kind.is_none_or(|kind| fits(kind, column.kind))),
            "{column:?} is no {kind:?}"
        );
        let first = std::mem::replace(&mut self.first, false);
        match self.format {
            Format::Tsv if first => {}
            Format::Tsv => self.out.push(b'\t'),
            Format::Json => self.name(first, column),
        }
    }

    #[cold]
    fn name(&mut self, first: bool, column: Option<&Column>) {
        self.out.extend_from_slice(if first { b"\"" } else { b",\"" });
        self.out.extend_from_slice(column.map_or("", |column| column.name).as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    #[inline]
    fn quote(&mut self) {
        if self.format == Format::Json {
            self.out.push(b'"');
        }
    }
}

/// Text goes into enum columns too, and a set into a list.
fn fits(given: Kind, column: Kind) -> bool {
    given == column || matches!((given, column), (Kind::Text, Kind::Enum) | (Kind::Set, Kind::Texts))
}

/// A flow's name and its ends as each of its rows in a log has them, for flows that have many.
#[derive(Debug)]
pub(crate) struct Named {
    cells: Box<[u8]>,
}

impl Named {
    const CELLS: usize = 5;

    /// As they are written into rows of `table`, whose second column is the flow's name.
    pub(crate) fn of(flow: &Flow, table: &Table, format: Format) -> Self {
        let mut cells = Vec::new();
        let columns = table.columns.get(1..).unwrap_or_default().iter();
        let _ = Row { out: &mut cells, columns, format, first: false }.flow(flow);
        Self { cells: cells.into() }
    }
}

// Nothing in it that TSV would have to escape, and nothing that could be taken for an unset or an empty cell.
fn is_plain(word: &str) -> bool {
    word.len() > 1 && !word.starts_with('(') && plain_run(word.as_bytes(), *b"\\") == word.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::irc_messages::TABLE;
    use wiretale::protocol::{FlowId, Transport};

    #[test]
    fn a_plain_word_is_as_any_word_and_without_letters_unset() {
        for format in [Format::Tsv, Format::Json] {
            let written = |cell: &dyn for<'r> Fn(Row<'r>) -> Row<'r>| {
                let mut out = Vec::new();
                cell(Row::new(&mut out, &crate::logs::known_services::TABLE, format).unset().unset().unset()).end();
                String::from_utf8(out).unwrap()
            };
            assert_eq!(written(&|row| row.plain(b"tcp")), written(&|row| row.word("tcp")));
            assert_eq!(written(&|row| row.plain(b"")), written(&|row| row.unset()));
        }
    }

    #[test]
    fn what_names_a_flow_is_the_same_when_it_was_written_before() {
        for [client, server] in [["10.0.0.1", "192.0.2.7"], ["2001:db8::1", "2001:db8::2:3"]] {
            let end = |address: &str, port| Endpoint::new(address.parse::<std::net::IpAddr>().unwrap().into(), port);
            let (client, server, opened) = (end(client, 40_000), end(server, 6667), Timestamp::from_nanos(1));
            let (id, transport) = (FlowId(77), Transport::Tcp);
            let flow = Flow { id, client, server, transport, opened, midstream: false, tunneled: false };
            for format in [Format::Tsv, Format::Json] {
                let written = |cells: &dyn for<'r> Fn(Row<'r>) -> Row<'r>| {
                    let mut out = Vec::new();
                    cells(Row::new(&mut out, &TABLE, format).time(opened)).bool(true).end();
                    String::from_utf8(out).unwrap()
                };
                let named = Named::of(&flow, &TABLE, format);
                assert_eq!(written(&|row| row.named(&named)), written(&|row| row.flow(&flow)));
            }
        }
    }
}
