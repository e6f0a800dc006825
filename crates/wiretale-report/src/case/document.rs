//! A text with headings, tables and lists, as plain text or as Markdown.

use super::shown::{calm, wrapped};

/// How a document is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// 76 columns of plain text.
    Plain,
    /// Markdown (CommonMark with tables).
    Markdown,
}

/// A text in parts. Whatever it holds, it is written so that no part of it becomes markup, a link or a control.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Document {
    parts: Vec<Part>,
}

#[derive(Clone, PartialEq, Debug)]
enum Part {
    Title(String),
    Heading(String),
    Paragraph(String),
    Lines(Vec<String>),
    Items(Vec<String>),
    Steps(Vec<String>),
    Table(&'static [&'static str], Vec<Vec<String>>),
}

impl Document {
    pub(super) fn title(&mut self, text: impl Into<String>) -> &mut Self {
        self.with(Part::Title(text.into()))
    }

    pub(super) fn heading(&mut self, text: impl Into<String>) -> &mut Self {
        self.with(Part::Heading(text.into()))
    }

    pub(super) fn paragraph(&mut self, text: impl Into<String>) -> &mut Self {
        self.with(Part::Paragraph(text.into()))
    }

    /// Lines that stay lines, as in an address.
    pub(super) fn lines(&mut self, lines: Vec<String>) -> &mut Self {
        self.with(Part::Lines(lines))
    }

    pub(super) fn items(&mut self, items: Vec<String>) -> &mut Self {
        self.with(Part::Items(items))
    }

    pub(super) fn steps(&mut self, steps: Vec<String>) -> &mut Self {
        self.with(Part::Steps(steps))
    }

    /// A table; its last column takes what room is left.
    pub(super) fn table(&mut self, head: &'static [&'static str], rows: Vec<Vec<String>>) -> &mut Self {
        self.with(Part::Table(head, rows))
    }

    fn with(&mut self, part: Part) -> &mut Self {
        self.parts.push(part);
        self
    }

    /// The whole text.
    #[must_use]
    pub fn render(&self, style: Style) -> String {
        let parts: Vec<String> = self
            .parts
            .iter()
            .map(|part| match style {
                Style::Plain => plain(part),
                Style::Markdown => markdown(part),
            })
            .collect();
        parts.join("\n")
    }
}

fn plain(part: &Part) -> String {
    match part {
        Part::Title(text) => underlined(text, '='),
        Part::Heading(text) => underlined(text, '-'),
        Part::Paragraph(text) => hanging("", "", text),
        Part::Lines(lines) => lines.iter().map(|line| hanging("", "    ", line)).collect(),
        Part::Items(items) => items.iter().map(|item| hanging("  - ", "    ", item)).collect(),
        Part::Steps(steps) => {
            steps.iter().enumerate().map(|(at, step)| hanging(&format!(" {:>2}. ", at + 1), "     ", step)).collect()
        }
        Part::Table(head, rows) => plain_table(head, rows),
    }
}

fn underlined(text: &str, with: char) -> String {
    let lines = wrapped(&calm(text), WIDTH);
    let width = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    format!("{}\n{}\n", lines.join("\n"), with.to_string().repeat(width))
}

fn hanging(lead: &str, indent: &str, text: &str) -> String {
    let lines = wrapped(&calm(text), WIDTH - indent.len());
    let lines = lines.iter().enumerate();
    lines.map(|(at, line)| format!("{}{line}\n", if at == 0 { lead } else { indent })).collect()
}

fn plain_table(head: &[&str], rows: &[Vec<String>]) -> String {
    let Some(last) = head.len().checked_sub(1) else { return String::new() };
    let cells: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| calm(cell)).collect()).collect();
    let widest = |column: usize| {
        let cells = cells.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([head[column].len()]).max().unwrap_or(0).min(MOST)
    };
    let widths: Vec<usize> = (0..last).map(widest).collect();
    let before: usize = widths.iter().map(|width| width + 2).sum();
    let room = WIDTH.saturating_sub(before + 2).max(16);
    let mut out = String::new();
    let head: Vec<String> = head.iter().map(|&cell| cell.to_owned()).collect();
    let rule: Vec<String> = head.iter().map(|cell| "-".repeat(cell.len())).collect();
    for row in [&head, &rule].into_iter().chain(&cells) {
        let columns: Vec<Vec<String>> = (0..=last)
            .map(|at| wrapped(row.get(at).map_or("", String::as_str), if at == last { room } else { widths[at] }))
            .collect();
        let height = columns.iter().map(Vec::len).max().unwrap_or(0);
        for line in 0..height {
            let mut text = String::from("  ");
            for (at, column) in columns.iter().enumerate() {
                let cell = column.get(line).map_or("", String::as_str);
                text += cell;
                if at < last {
                    text += &" ".repeat((widths[at] + 2).saturating_sub(cell.chars().count()));
                }
            }
            out += text.trim_end();
            out.push('\n');
        }
    }
    out
}

fn markdown(part: &Part) -> String {
    let list = |texts: &[String], mark: fn(usize) -> String| -> String {
        texts.iter().enumerate().map(|(at, text)| format!("{}{}\n", mark(at), inert(text))).collect()
    };
    match part {
        Part::Title(text) => format!("# {}\n", inert(text)),
        Part::Heading(text) => format!("## {}\n", inert(text)),
        Part::Paragraph(text) => format!("{}\n", inert(text)),
        Part::Lines(lines) => lines.iter().map(|line| format!("{}  \n", inert(line))).collect(),
        Part::Items(items) => list(items, |_| "- ".to_owned()),
        Part::Steps(steps) => list(steps, |at| format!("{}. ", at + 1)),
        Part::Table(head, rows) => {
            let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
            let mut out = row(head.iter().map(|&cell| inert(cell)).collect());
            out += &row(head.iter().map(|_| "---".to_owned()).collect());
            for cells in rows {
                out +=
                    &row((0..head.len()).map(|at| cells.get(at).map_or(String::new(), |cell| inert(cell))).collect());
            }
            out
        }
    }
}

/// Text that Markdown shows and does not obey: no markup, no HTML, no link made of an address.
fn inert(text: &str) -> String {
    let text = calm(text);
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '@' => out += "&#64;",
            ':' if text[at..].starts_with("://") => out += "&#58;",
            '.' if text[..at].to_ascii_lowercase().ends_with("www") => out += "&#46;",
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' | '$' => out.extend(['\\', c]),
            '-' | '+' | '=' if at == 0 => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out
}

const WIDTH: usize = 76;
// A column that is not the last is no wider.
const MOST: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_shows_what_it_is_given_and_obeys_none_of_it() {
        let text = inert("<img src=x> [a](http://b) `c` *d* www.e.f |g| mail@h ~~i~~ # \u{202e}");
        for live in ["<img", "http://", "www.", "mail@", "] (", " |g", "~~i", " `c`", " *d"] {
            assert!(!text.contains(live), "{live} in {text}");
        }
        assert!(text.contains("\\\\xe2\\\\x80\\\\xae"), "{text}");
    }

    #[test]
    fn tables_keep_within_the_width() {
        let mut document = Document::default();
        document.table(&["Port", "Says"], vec![vec!["9886".into(), "word ".repeat(40)], vec!["1".into()]]);
        let text = document.render(Style::Plain);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.starts_with("  Port  Says\n  ----  ----\n  9886  word"), "{text}");
    }
}
