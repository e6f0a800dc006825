//! IRC behind a proxy, and inside a WebSocket.

use wiretale_protocol::{Context, Demand, Direction, Observe};
use wiretale_websocket::Piece;

use super::{Decoder, Irc};
use crate::{Event, Wire, proxy};

impl Decoder {
    #[cold]
    pub(super) fn proxied<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, bytes: &[u8]) -> Demand {
        let Some(mut preludes) = self.preludes.take() else { return Demand::Stream };
        let mut demand = Demand::Stream;
        preludes.feed(cx.moment().direction, bytes, |target, bytes| {
            if let Some((kind, target)) = target {
                cx.confirm(service(kind));
                cx.emit::<Irc>(Event::Proxied { kind, target: Wire(target.as_bytes()) });
            }
            if !bytes.is_empty() {
                demand = self.unwrapped(cx, bytes);
            }
        });
        preludes.served().into_iter().for_each(|kind| cx.serve(service(kind)));
        self.preludes = Some(preludes);
        demand
    }

    #[cold]
    pub(super) fn framed<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, bytes: &[u8]) -> Demand {
        let direction = cx.moment().direction;
        let Some(mut websocket) = self.websocket.take() else { return Demand::Stream };
        websocket.feed(direction, bytes, |piece| {
            let line = match piece {
                Piece::Opened => return WRAPPINGS.into_iter().for_each(|name| cx.serve(name)),
                Piece::Bytes(bytes) => bytes,
                // One message is one line, and has no line end of its own.
                Piece::End => b"\r\n",
                Piece::Compressed => return self.session.weird(cx, "websocket_compressed", &[]),
                Piece::Lost(_) => return,
            };
            self.stream(cx, line);
        });
        let demand = if websocket.is_foreign() { Demand::Nothing } else { Demand::Stream };
        self.websocket = Some(websocket);
        demand
    }

    // Only the message in which bytes are lost is lost: it ends with its frame, and nothing is where no message was.
    pub(super) fn framed_gap(&mut self, direction: Direction, lost: u64) -> Demand {
        let Some(mut websocket) = self.websocket.take() else { return Demand::Stream };
        let lines = &mut self.half(direction).lines;
        let demand = websocket.gap(direction, lost, |piece| match piece {
            Piece::Lost(_) => lines.gap(),
            Piece::End => lines.reset(),
            _ => {}
        });
        if demand != Demand::Stream {
            lines.gap();
        }
        self.websocket = Some(websocket);
        demand
    }
}

// What stands around IRC in a WebSocket, by Zeek's names.
fn service(proxy: &str) -> &'static str {
    if proxy == proxy::HTTP { "http" } else { "socks" }
}

const WRAPPINGS: [&str; 2] = ["http", "websocket"];
