//! The bytes of rows, in both formats.

use std::time::Duration;

use wiretale::protocol::{Address, Timestamp};
use wiretale_report::{Column, Format, Kind, Memory, Row, Table, Writer, logs};

const SHAPES: Table = Table {
    name: "shapes",
    columns: &[
        Column { name: "ts", kind: Kind::Time },
        Column { name: "id.orig_h", kind: Kind::Addr },
        Column { name: "id.orig_p", kind: Kind::Port },
        Column { name: "text", kind: Kind::Text },
        Column { name: "names", kind: Kind::Set },
        Column { name: "duration", kind: Kind::Interval },
        Column { name: "size", kind: Kind::Count },
        Column { name: "entropy", kind: Kind::Double },
        Column { name: "local", kind: Kind::Bool },
        Column { name: "last", kind: Kind::Text },
    ],
};

fn row(format: Format, text: &[u8], names: &[&[u8]]) -> String {
    let mut out = Vec::new();
    Row::new(&mut out, &SHAPES, format)
        .time(Timestamp::from_parts(1_329_843_175, 680_248_999))
        .addr(Address::v4([192, 0, 2, 1]))
        .port(6667)
        .text(text)
        .set(names.iter().copied())
        .interval(Duration::from_micros(1_500_000))
        .count(42)
        .double(7.98765)
        .bool(true)
        .end();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_row_of_every_kind() {
    assert_eq!(
        row(Format::Tsv, b"hello", &[b"a", b"b"]),
        "1329843175.680248\t192.0.2.1\t6667\thello\ta,b\t1.500000\t42\t7.988\tT\t-\n"
    );
    assert_eq!(
        row(Format::Json, b"hello", &[b"a", b"b"]),
        "{\"ts\":1329843175.680248,\"id.orig_h\":\"192.0.2.1\",\"id.orig_p\":6667,\"text\":\"hello\",\"names\":[\"a\",\"b\"],\
         \"duration\":1.500000,\"size\":42,\"entropy\":7.988,\"local\":true}\n"
    );
}

#[test]
fn hostile_text_stays_in_its_cell() {
    for (text, tsv, json) in [
        (&b"-"[..], "\\x2d", "-"),
        (b"(empty)", "\\x28empty)", "(empty)"),
        (b"", "(empty)", ""),
        (b"a\tb\nc\rd", "a\\x09b\\x0ac\\x0dd", "a\\tb\\nc\\rd"),
        (b"\x1b[2J\x00\x7f", "\\x1b[2J\\x00\\x7f", "\\u001b[2J\\u0000\\u007f"),
        (b"back\\slash \"quoted\"", "back\\\\slash \"quoted\"", "back\\\\slash \\\"quoted\\\""),
        (b"</script><img src=x>", "</script><img src=x>", "</script><img src=x>"),
        ("\u{202e}gpj.exe".as_bytes(), "\\xe2\\x80\\xaegpj.exe", "\\u202egpj.exe"),
        ("na\u{ef}ve".as_bytes(), "na\u{ef}ve", "na\u{ef}ve"),
        (b"caf\xe9", "caf\\xe9", "caf\\\\xe9"),
        (b"one,two", "one,two", "one,two"),
    ] {
        let line = row(Format::Tsv, text, &[]);
        assert_eq!(line.split('\t').nth(3), Some(tsv), "{line}");
        assert_eq!(line.matches('\t').count(), 9);
        assert_eq!(line.matches('\n').count(), 1);
        let line = row(Format::Json, text, &[]);
        assert!(line.contains(&format!("\"text\":\"{json}\",")), "{line}");
        assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok(), "{line}");
    }
}

#[test]
fn a_number_that_is_none_is_unset() {
    for none in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let written = |format| {
            let mut out = Vec::new();
            Row::new(&mut out, &SOME, format).double(none).word("x").end();
            String::from_utf8(out).unwrap()
        };
        assert_eq!([Format::Tsv, Format::Json].map(written), ["-\tx\n", "{\"word\":\"x\"}\n"]);
    }
}

#[test]
fn a_word_is_never_taken_for_an_unset_cell() {
    for (word, tsv, json) in [("-", "\\x2d", "-"), ("", "(empty)", ""), ("(empty)", "\\x28empty)", "(empty)")] {
        let written = |format| {
            let mut out = Vec::new();
            Row::new(&mut out, &SOME, format).double(0.5).word(word).end();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(written(Format::Tsv), format!("0.500\t{tsv}\n"));
        assert_eq!(written(Format::Json), format!("{{\"number\":0.500,\"word\":\"{json}\"}}\n"));
    }
}

const SOME: Table = Table {
    name: "some",
    columns: &[Column { name: "number", kind: Kind::Double }, Column { name: "word", kind: Kind::Enum }],
};

#[cfg(debug_assertions)]
#[test]
#[should_panic(expected = "is no Some(Port)")]
fn a_cell_of_another_kind_is_noticed() {
    Row::new(&mut Vec::new(), &SOME, Format::Tsv).port(22).end();
}

#[test]
fn a_comma_in_a_set_is_escaped_and_an_empty_set_says_so() {
    assert!(row(Format::Tsv, b"x", &[b"a,b", b"-"]).contains("\ta\\x2cb,\\x2d\t"));
    assert!(row(Format::Tsv, b"x", &[]).contains("\t(empty)\t"));
    assert!(row(Format::Json, b"x", &[]).contains("\"names\":[],"));
}

#[test]
fn a_log_has_zeeks_head_and_foot_and_nothing_of_the_clock() {
    let mut writer = Writer::new(Memory::default(), Format::Tsv);
    writer.now(Timestamp::from_parts(1_795_316_824, 0));
    writer.row(&logs::known_services::TABLE, |row| {
        row.time(Timestamp::from_parts(1_795_316_825, 0))
            .addr(Address::v4([10, 0, 0, 1]))
            .port(22)
            .word("tcp")
            .set([&b"SSH"[..]])
    });
    writer.now(Timestamp::from_parts(1_795_316_830, 0));
    let memory = writer.finish().unwrap();
    assert_eq!(memory.logs.len(), 1, "a log without rows is none");
    assert_eq!(
        String::from_utf8(memory.logs["known_services"].clone()).unwrap(),
        "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tknown_services\n\
         #open\t2026-11-22-03-07-04\n#fields\tts\thost\tport_num\tport_proto\tservice\n\
         #types\ttime\taddr\tport\tenum\tset[string]\n\
         1795316825.000000\t10.0.0.1\t22\ttcp\tSSH\n#close\t2026-11-22-03-07-10\n"
    );
}

#[test]
fn no_two_logs_share_a_name_and_no_log_has_a_column_twice() {
    let mut names: Vec<_> = logs::ALL.iter().map(|table| table.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), logs::ALL.len());
    for table in logs::ALL {
        let mut columns: Vec<_> = table.columns.iter().map(|column| column.name).collect();
        columns.sort_unstable();
        columns.dedup();
        assert_eq!(columns.len(), table.columns.len(), "{}", table.name);
    }
}

#[test]
fn a_word_that_is_not_plain_is_escaped_like_any_text() {
    for word in ["c:\\upd.exe", "two\tcells", "(empty)", "two\nlines"] {
        let mut writer = Writer::new(Memory::default(), Format::Tsv);
        writer.row(&logs::known_services::TABLE, |row| {
            row.time(Timestamp::from_parts(1, 0))
                .addr(Address::v4([10, 0, 0, 1]))
                .port(22)
                .word(word)
                .set([&b"SSH"[..]])
        });
        let log = writer.finish().expect("memory takes everything").logs.remove("known_services").expect("a log");
        let rows: Vec<&[u8]> =
            log.split(|byte| *byte == b'\n').filter(|line| !line.starts_with(b"#") && !line.is_empty()).collect();
        assert_eq!(rows.len(), 1, "{word:?} keeps to its line");
        let cell = rows[0].split(|byte| *byte == b'\t').nth(3).expect("a cell");
        assert!(!cell.is_empty() && cell != b"(empty)", "{word:?} became {}", String::from_utf8_lossy(cell));
    }
}
