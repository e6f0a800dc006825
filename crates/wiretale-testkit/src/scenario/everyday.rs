//! What goes on beside every scenario: names are asked for and pages read.

use wiretale_packet::{Address, Direction, Endpoint};

use super::story::{SERVERS, Story, abroad, secs};

/// Two hosts that have nothing to do with it.
pub(super) fn beside(story: &mut Story) {
    for number in [90, 91] {
        let host = story.home(number);
        browse(story, 1.0 + f64::from(number) / 10.0, host, 3);
    }
}

/// A host reads some pages of one site, an hour's worth at most.
pub(super) fn browse(story: &mut Story, at: f64, host: Address, pages: usize) {
    let (name, last) = story.pick(&[("www.example.com", 80), ("news.example.org", 81), ("shop.example.net", 82)]);
    let site = abroad(SERVERS, last);
    let mut at = story.lookup(at, host, name, Some(site)) + 0.1;
    let mut random = story.fork();
    for page in 0..pages {
        let body = random.bytes(random.clone().between(800, 9000) as usize);
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {}\r\n\r\n", body.len());
        let talk = story.tcp(at, host, Endpoint::new(site, 80));
        let request = format!("GET /page{page}.html HTTP/1.1\r\nHost: {name}\r\nUser-Agent: Mozilla/5.0\r\n\r\n");
        let _ = talk.client(request).server([head.as_bytes(), &body].concat()).wait(secs(0.2)).close(Direction::Client);
        at += super::story::pause(&mut random, 25.0);
    }
}

/// A host fetches a program by HTTP, as it was told to. Returns when.
pub(super) fn download(story: &mut Story, at: f64, host: Address, site: Address, path: &str) -> f64 {
    let mut random = story.fork();
    let mut body = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0\xb8\0\0\0\0\0\0\0\x40\0\0\0".to_vec();
    body.extend(random.bytes(20_000));
    let head =
        format!("HTTP/1.0 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {}\r\n\r\n", body.len());
    let talk = story.tcp(at, host, Endpoint::new(site, 80));
    let _ = talk
        .client(format!("GET {path} HTTP/1.0\r\nHost: {site}\r\nUser-Agent: Mozilla\r\n\r\n"))
        .server([head.as_bytes(), &body].concat())
        .close(Direction::Server);
    at
}
