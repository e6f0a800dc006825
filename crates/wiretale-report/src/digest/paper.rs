//! Text set to 80 columns.

use std::fmt::{self, Write as _};

pub(crate) use wiretale::score::{grouped, one_or, plural};

use crate::text::{Shown, clipped, columns};

/// Writes `items` after `label`, a comma between, wrapped at 80 columns and indented by `indent` on the lines that
/// follow. At most `most` items are shown; the others are counted.
pub(super) fn list(
    f: &mut fmt::Formatter<'_>,
    label: &str,
    indent: usize,
    items: impl ExactSizeIterator<Item = String>,
    most: usize,
) -> fmt::Result {
    let more = items.len().saturating_sub(most);
    let mut shown: Vec<String> = items.take(most).collect();
    if more > 0 {
        shown.push(format!("and {} more", grouped(more as u64)));
    }
    let last = shown.len().saturating_sub(1);
    for (n, item) in shown.iter_mut().enumerate() {
        *item = clipped(item, WIDTH - indent - 1);
        if n < last {
            item.push(',');
        }
    }
    set(f, label, indent, &shown)
}

/// Writes `words` after `label`, each on the line where it finds room.
fn set(f: &mut fmt::Formatter<'_>, label: &str, indent: usize, words: &[String]) -> fmt::Result {
    let label = clipped(label.trim_end(), WIDTH);
    let mut column = columns(&label);
    f.write_str(&label)?;
    for (n, word) in words.iter().enumerate() {
        let width = columns(word);
        if n == 0 && label.is_empty() {
            write!(f, "{:indent$}", "")?;
            column = indent;
        } else if column + 1 + width > WIDTH {
            write!(f, "\n{:indent$}", "")?;
            column = indent;
        } else {
            f.write_char(' ')?;
            column += 1;
        }
        f.write_str(word)?;
        column += width;
    }
    f.write_char('\n')
}

/// A sentence that the reader should know.
pub(super) fn note(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let words: Vec<String> = text.split(' ').map(|word| clipped(word, WIDTH - 5)).collect();
    set(f, "Note:", 4, &words)
}

/// A label with a name from the wire in it; what is too long of the name gives way, and not what stands after it.
pub(super) fn label(before: &str, name: &[u8], after: &str) -> String {
    let room = WIDTH.saturating_sub(columns(before) + columns(after));
    format!("{before}{}{after}", clipped(&Shown(name).to_string(), room))
}

/// A line of at most 80 columns.
pub(super) fn line(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    writeln!(f, "{}", clipped(text, WIDTH))
}

/// A heading between empty lines.
pub(super) fn heading(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    writeln!(f, "\n{text}\n{:-<width$}", "", width = text.chars().count())
}

const WIDTH: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;

    struct Page<'a>(&'a str, usize);

    impl fmt::Display for Page<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            list(f, self.0, 4, std::iter::repeat_n("accepted 2 times".to_owned(), self.1), 24)
        }
    }

    #[test]
    fn a_list_keeps_within_80_columns_whatever_its_label() {
        for name in ["a", "\x07", "\u{4f60}"] {
            for length in 0..130 {
                let label = label("ftp://203.0.113.9:21 as ", name.repeat(length).as_bytes(), ": ");
                for items in [1, 2, 30] {
                    let page = Page(&label, items).to_string();
                    assert!(page.lines().all(|line| columns(line) <= WIDTH), "{page}");
                    assert!(page.lines().all(|line| line.trim_end() == line), "{page:?}");
                    assert!(page.contains(": accepted") || page.contains(":\n    accepted"), "{page}");
                }
            }
        }
        let page = Page("    ", 1).to_string();
        assert_eq!(page, "    accepted 2 times\n", "without a label, the indent");
        let page = Page(&"x".repeat(200), 2).to_string();
        assert!(page.lines().all(|line| columns(line) <= WIDTH), "{page}");
    }
}
