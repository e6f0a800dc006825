//! Addresses in commands and replies.

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till};
use nom::character::complete::{anychar, char, one_of, space0, u8 as byte, u16 as port};
use nom::combinator::{map, verify};
use nom::sequence::preceded;
use nom::{IResult, Parser};
use wiretale_packet::{Address, Endpoint};

/// The argument of `PORT`: `h1,h2,h3,h4,p1,p2` (RFC 959 section 4.1.2).
pub(crate) fn port_argument(input: &[u8]) -> Option<Endpoint> {
    preceded(space0, host_port).parse(input).ok().map(|(_, endpoint)| endpoint)
}

/// The text of 227: six numbers, most often in parentheses, after some words or none.
pub(crate) fn passive(text: &[u8]) -> Option<Endpoint> {
    anywhere(text, host_port)
}

/// The argument of `EPRT`: `|1|a.b.c.d|port|`, `|2|IPv6|port|`, with any delimiter (RFC 2428 section 2).
pub(crate) fn extended_argument(input: &[u8]) -> Option<Endpoint> {
    let (_, endpoint) = preceded(space0, extended_host_port).parse(input).ok()?;
    Some(endpoint)
}

/// The text of 229: `(|||port|)`. The address is the server's own (RFC 2428 section 3).
pub(crate) fn extended_passive(text: &[u8]) -> Option<u16> {
    anywhere(text, extended_port)
}

/// The argument of `LPRT` and the text of 228: `family,length,address…,length,port…` (RFC 1639).
pub(crate) fn long(text: &[u8]) -> Option<Endpoint> {
    anywhere(text, long_host_port)
}

fn anywhere<'a, T>(text: &'a [u8], parse: impl Fn(&'a [u8]) -> IResult<&'a [u8], T>) -> Option<T> {
    let text = text.get(..text.len().min(MAX_SCAN))?;
    // A number's tail is not a number: "1234,0,0,1,1,2" begins with 1234.
    let starts = (0..text.len()).filter(|&i| i == 0 || !text.get(i - 1).is_some_and(u8::is_ascii_digit));
    starts.filter_map(|i| text.get(i..)).find_map(|rest| parse(rest).ok()).map(|(_, value)| value)
}

fn host_port(input: &[u8]) -> IResult<&[u8], Endpoint> {
    let (input, (a, _, b, _, c, _, d)) = (byte, char(','), byte, char(','), byte, char(','), byte).parse(input)?;
    let (input, (_, high, _, low)) = (char(','), byte, char(','), byte).parse(input)?;
    Ok((input, Endpoint::new(Address::v4([a, b, c, d]), u16::from_be_bytes([high, low]))))
}

fn extended_host_port(input: &[u8]) -> IResult<&[u8], Endpoint> {
    let (input, mark) = delimiter(input)?;
    let (input, family) = one_of("12").parse(input)?;
    let (input, _) = char(mark).parse(input)?;
    let (input, text) = take_till(|b| char::from(b) == mark).parse(input)?;
    let (input, _) = char(mark).parse(input)?;
    let (input, number) = verify(port, |&n| n != 0).parse(input)?;
    let (input, _) = char(mark).parse(input)?;
    let address = address(family, text)
        .ok_or_else(|| nom::Err::Error(nom::error::Error::new(text, nom::error::ErrorKind::Verify)))?;
    Ok((input, Endpoint::new(address, number)))
}

fn extended_port(input: &[u8]) -> IResult<&[u8], u16> {
    let (input, mark) = preceded(char('('), delimiter).parse(input)?;
    let (input, _) = (char(mark), char(mark)).parse(input)?;
    let (input, number) = verify(port, |&n| n != 0).parse(input)?;
    let (input, _) = (char(mark), tag(")")).parse(input)?;
    Ok((input, number))
}

fn delimiter(input: &[u8]) -> IResult<&[u8], char> {
    verify(anychar, |c| c.is_ascii_graphic() && !c.is_ascii_digit()).parse(input)
}

fn address(family: char, text: &[u8]) -> Option<Address> {
    let text = core::str::from_utf8(text).ok()?;
    match family {
        '1' => text.parse().ok().map(core::net::IpAddr::V4),
        _ => text.parse().ok().map(core::net::IpAddr::V6),
    }
    .map(Address::from)
}

fn long_host_port(input: &[u8]) -> IResult<&[u8], Endpoint> {
    let (input, address) = alt((
        map(preceded(tag("4,4,"), numbers::<4>), Address::v4),
        map(preceded(tag("6,16,"), numbers::<16>), Address::v6),
    ))
    .parse(input)?;
    let (input, bytes) = preceded(tag(",2,"), numbers::<2>).parse(input)?;
    Ok((input, Endpoint::new(address, u16::from_be_bytes(bytes))))
}

fn numbers<const N: usize>(mut input: &[u8]) -> IResult<&[u8], [u8; N]> {
    let mut out = [0; N];
    for (i, slot) in out.iter_mut().enumerate() {
        if i > 0 {
            input = char(',').parse(input)?.0;
        }
        (input, *slot) = byte(input)?;
    }
    Ok((input, out))
}

// A reply that buries its address deeper than this is not answered by any client either.
const MAX_SCAN: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn v4(a: [u8; 4], port: u16) -> Option<Endpoint> {
        Some(Endpoint::new(Address::v4(a), port))
    }

    #[test]
    fn ports_and_passive_replies() {
        assert_eq!(port_argument(b"10,0,0,1,4,1"), v4([10, 0, 0, 1], 1025));
        assert_eq!(port_argument(b"114,115"), None);
        assert_eq!(port_argument(b"10,0,0,256,4,1"), None);
        assert_eq!(passive(b"Entering Passive Mode (10,0,0,1,4,1)."), v4([10, 0, 0, 1], 1025));
        assert_eq!(passive(b"Entering Passive Mode. 10,0,0,1,4,1"), v4([10, 0, 0, 1], 1025));
        assert_eq!(passive(b"=1234,0,0,1,4,1"), None);
    }

    #[test]
    fn extended_ones_take_any_delimiter_and_check_the_family() {
        assert_eq!(extended_argument(b"|1|10.0.0.1|1025|"), v4([10, 0, 0, 1], 1025));
        assert_eq!(extended_argument(b"!1!10.0.0.1!1025!"), v4([10, 0, 0, 1], 1025));
        let v6 = extended_argument(b"|2|2001:db8::1|1025|");
        assert_eq!(v6.map(|e| (e.port, e.address.is_v4())), Some((1025, false)));
        assert_eq!(extended_argument(b"|2|10.0.0.1|1025|"), None);
        assert_eq!(extended_argument(b"|3|10.0.0.1|1025|"), None);
        assert_eq!(extended_passive(b"Entering Extended Passive Mode (|||6446|)"), Some(6446));
        assert_eq!(extended_passive(b"Extended (!!!6446!)"), Some(6446));
        assert_eq!(extended_passive(b"(|||0|)"), None);
    }

    #[test]
    fn long_ones_carry_their_lengths() {
        assert_eq!(long(b"Entering Long Passive Mode (4,4,10,0,0,1,2,4,1)"), v4([10, 0, 0, 1], 1025));
        let v6 = long(b"6,16,32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,1,2,4,1");
        assert_eq!(v6.map(|e| alloc::format!("{e}")).as_deref(), Some("[2001:db8::1]:1025"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_them_panic(bytes in proptest::collection::vec(prop_oneof![Just(b','), Just(b'|'), b'0'..=b'9', any::<u8>()], 0..60)) {
            let _ = (port_argument(&bytes), passive(&bytes), extended_argument(&bytes), extended_passive(&bytes), long(&bytes));
        }
    }
}
