use super::*;
use proptest::prelude::*;

#[test]
fn names_are_zeeks() {
    for (head, expected) in [
        (&b"\x1f\x8b\x08\0\0\0\0\0\0\x03"[..], "application/x-gzip"),
        (b"PK\x03\x04\x14\0\0\0\x08\0 plain zip", "application/zip"),
        (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0", "application/x-executable"),
        (b"\x7fELF\x01\x02\x01\0\0\0\0\0\0\0\0\0\0\x03", "application/x-sharedlib"),
        (b"MZ\x90\0\x03\0\0\0\x04\0", "application/x-dosexec"),
        (b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0", "application/vnd.tcpdump.pcap"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"hello world", "text/plain"),
        (b"\xef\xbb\xbfhello world", "text/plain"),
        (b"#!/bin/sh\necho hello", "text/x-shellscript"),
        (b"#!/usr/bin/env python3\n", "text/x-python"),
        (b"#!/usr/bin/perl -w\n", "text/x-perl"),
        (b"<!DOCTYPE html><html>", "text/html"),
        (b"<?xml version=\"1.0\"?>\n<html>", "text/html"),
        (b"<?xml version=\"1.0\"?>\n<thing>", "application/xml"),
        (b"{\"name\": \"value\"}", "text/json"),
        (b"%PDF-1.4\n1 0 obj", "application/pdf"),
        (b"\xff\xfb\x90\x64 not much", "audio/mpeg"),
        (b"\xca\xfe\xba\xbe\0\0\0\x34", "application/x-java-applet"),
        (b"Rar!\x1a\x07\x01\0", "application/x-rar"),
    ] {
        assert_eq!(mime(head), Some(expected), "{:?}", wiretale_protocol::Escaped(head));
    }
}

#[test]
fn a_short_or_random_head_is_nothing() {
    assert_eq!(mime(b""), None);
    assert_eq!(mime(b"short txt"), None);
    assert_eq!(mime(b"\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89"), None);
}

proptest! {
    #[test]
    fn no_head_is_too_odd(mut head in proptest::collection::vec(any::<u8>(), 0..400), opening in 0usize..8) {
        const OPENINGS: [&[u8]; 8] =
            [b"", b"PK\x03\x04", b"\x7fELF\x01\x01", b"<?xml ", b"<!--", b"{\"", b"#!", b"\x1a\x45\xdf\xa3"];
        head.splice(0..0, OPENINGS[opening].iter().copied());
        prop_assert!(mime(&head).is_none_or(|mime| mime.contains('/')));
    }
}
