//! Is it DNS?

use wiretale_protocol::{Opening, Probe, Transport};

use crate::{Message, type_name};

pub(crate) fn probe(opening: &Opening<'_>) -> Probe {
    let sides = [opening.client, opening.server];
    let verdict = |bytes: &[u8]| match opening.flow.transport {
        Transport::Udp => of_datagram(bytes, hinted(opening)),
        Transport::Tcp => of_stream(bytes, hinted(opening)),
        _ => Probe::No,
    };
    let verdicts = sides.map(|bytes| if bytes.is_empty() { None } else { Some(verdict(bytes)) });
    match verdicts {
        [None, None] if opening.last => Probe::No,
        [None, None] => Probe::Unsure,
        verdicts if verdicts.contains(&Some(Probe::Yes)) => Probe::Yes,
        verdicts if verdicts.contains(&Some(Probe::No)) || opening.last => Probe::No,
        _ => Probe::Unsure,
    }
}

fn of_datagram(bytes: &[u8], hinted: bool) -> Probe {
    if is_plausible(bytes, hinted) { Probe::Yes } else { Probe::No }
}

fn of_stream(bytes: &[u8], hinted: bool) -> Probe {
    let Some((head, body)) = bytes.split_first_chunk::<2>() else { return Probe::Unsure };
    let length = usize::from(u16::from_be_bytes(*head));
    // On a port that does not speak for DNS, two letters are not taken for a length.
    if length < 17 || (length > LONG && !hinted) {
        return Probe::No;
    }
    if let Some(message) = body.get(..length) {
        return of_datagram(message, hinted);
    }
    match Message::parse(body) {
        Ok(message) if !has_plausible_header(&message) => Probe::No,
        _ => Probe::Unsure,
    }
}

// With a port that speaks for DNS, a header and a first question or record that make sense; else nothing odd at all.
fn is_plausible(bytes: &[u8], hinted: bool) -> bool {
    let Ok(message) = Message::parse(bytes) else { return false };
    if !has_plausible_header(&message) {
        return false;
    }
    if hinted {
        let mut questions = message.questions();
        return match questions.next() {
            Some(question) => question.is_ok(),
            None => message.records().next().is_some_and(|record| record.is_ok()),
        };
    }
    let questions = message.questions().all(|question| {
        question
            .is_ok_and(|question| type_name(question.kind).is_some() && matches!(question.class & 0x7fff, 1 | 3 | 255))
    });
    let mut records = message.records();
    let read = records.by_ref().all(|record| record.is_ok());
    message.counts[0] == 1 && questions && read && records.at() == bytes.len()
}

fn has_plausible_header(message: &Message<'_>) -> bool {
    let [questions, answers, authorities, additionals] = message.counts;
    let some = questions != 0 || answers != 0 || authorities != 0 || additionals != 0;
    let few = questions <= 64 && authorities <= 512 && additionals <= 512;
    let query_without_answers = message.flags.is_reply() || message.flags.opcode() != 0 || answers <= 64;
    message.flags.opcode() <= 8 && some && few && query_without_answers && message.flags.rcode() <= 11
}

fn hinted(opening: &Opening<'_>) -> bool {
    [opening.flow.client.port, opening.flow.server.port].iter().any(|port| PORTS.contains(port))
}

const LONG: usize = 4096;

// DNS, NetBIOS names (the same format), multicast DNS, link-local multicast name resolution.
const PORTS: [u16; 4] = [53, 137, 5353, 5355];
