//! SSH inside a WebSocket.

use wiretale_protocol::{Chunk, Context, Demand, Observe};
use wiretale_websocket::{Piece, WebSocket};

use super::Decoder;
use crate::Ssh;

impl Decoder {
    /// What the frames of a WebSocket carry is the stream.
    pub(super) fn unwrap<O: Observe<Ssh>>(
        &mut self,
        cx: &mut Context<'_, O>,
        websocket: &mut WebSocket,
        chunk: Chunk<'_>,
    ) -> Demand {
        let direction = cx.moment().direction;
        let mut demand = Demand::Stream;
        let with = |piece: Piece<'_>| match piece {
            Piece::Opened => WRAPPINGS.into_iter().for_each(|name| cx.serve(name)),
            Piece::Bytes(bytes) => demand = self.unwrapped(cx, Chunk::Data(bytes)),
            Piece::Lost(lost) => demand = self.unwrapped(cx, Chunk::Gap(lost)),
            Piece::Compressed => cx.weird("websocket_compressed", &[]),
            Piece::End => {}
        };
        match chunk {
            Chunk::Data(bytes) => websocket.feed(direction, bytes, with),
            Chunk::Gap(lost) => {
                let wanted = websocket.gap(direction, lost, with);
                if wanted != Demand::Stream {
                    return wanted;
                }
            }
            Chunk::End(_) => return self.unwrapped(cx, chunk),
        }
        if websocket.is_foreign() { Demand::Nothing } else { demand }
    }
}

// What stands around SSH there, by Zeek's names.
const WRAPPINGS: [&str; 2] = ["http", "websocket"];
