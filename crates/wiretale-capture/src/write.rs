//! Writers of captures, for tests and tools.

use std::io::{self, Write};

use wiretale_packet::{Frame, LinkType};

/// A byte order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// The lowest byte first.
    Little,
    /// The highest byte first.
    Big,
}

impl Order {
    fn u16(self, n: u16) -> [u8; 2] {
        match self {
            Self::Little => n.to_le_bytes(),
            Self::Big => n.to_be_bytes(),
        }
    }

    fn u32(self, n: u32) -> [u8; 4] {
        match self {
            Self::Little => n.to_le_bytes(),
            Self::Big => n.to_be_bytes(),
        }
    }
}

/// A pcap file under way.
#[derive(Debug)]
pub struct Pcap<W> {
    to: W,
    order: Order,
    nanos: bool,
}

impl<W: Write> Pcap<W> {
    /// A file in microseconds, little-endian, its header written to `to`.
    ///
    /// # Errors
    /// Those of `to`.
    pub fn micros(to: W, link: LinkType) -> io::Result<Self> {
        Self::new(to, link, Order::Little, false)
    }

    /// A file in nanoseconds, little-endian.
    ///
    /// # Errors
    /// Those of `to`.
    pub fn nanos(to: W, link: LinkType) -> io::Result<Self> {
        Self::new(to, link, Order::Little, true)
    }

    /// A file in nanoseconds or microseconds, in either byte order.
    ///
    /// # Errors
    /// Those of `to`.
    pub fn new(mut to: W, link: LinkType, order: Order, nanos: bool) -> io::Result<Self> {
        to.write_all(&order.u32(if nanos { 0xa1b2_3c4d } else { 0xa1b2_c3d4 }))?;
        to.write_all(&order.u16(2))?;
        to.write_all(&order.u16(4))?;
        to.write_all(&[0; 8])?;
        to.write_all(&order.u32(SNAP))?;
        to.write_all(&order.u32(u32::from(link.0)))?;
        Ok(Self { to, order, nanos })
    }

    /// Writes `frame`, whatever its link type. A time before 1970 or after 2106 becomes the nearest there is.
    ///
    /// # Errors
    /// Those of `to`, and a frame of 4 GiB.
    pub fn frame(&mut self, frame: &Frame<'_>) -> io::Result<()> {
        let nanos = frame.at.nanos().max(0);
        let seconds = u32::try_from(nanos / 1_000_000_000).unwrap_or(u32::MAX);
        let fraction = (nanos % 1_000_000_000) / if self.nanos { 1 } else { 1000 };
        let fraction = u32::try_from(fraction).unwrap_or(0);
        for field in [seconds, fraction, length(frame.data)?, frame.wire_len] {
            self.to.write_all(&self.order.u32(field))?;
        }
        self.to.write_all(frame.data)
    }

    /// What was written to.
    pub fn into_inner(self) -> W {
        self.to
    }
}

/// A pcapng file of one section under way.
#[derive(Debug)]
pub struct Pcapng<W> {
    to: W,
    order: Order,
    interfaces: u32,
}

impl<W: Write> Pcapng<W> {
    /// A file in this byte order, its section header written to `to`.
    ///
    /// # Errors
    /// Those of `to`.
    pub fn new(to: W, order: Order) -> io::Result<Self> {
        let mut file = Self { to, order, interfaces: 0 };
        file.section(order)?;
        Ok(file)
    }

    /// Begins a new section, in which the interfaces are described anew.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn section(&mut self, order: Order) -> io::Result<()> {
        self.order = order;
        self.interfaces = 0;
        let version = [order.u16(1), order.u16(0)].concat();
        self.block(0x0a0d_0d0a, &[&order.u32(0x1a2b_3c4d), &version, &[0xff; 8]])
    }

    /// Describes an interface; its number comes back. `resolution` is `if_tsresol`: 6 for microseconds, 9 for
    /// nanoseconds, 0x80 + n for 2^-n seconds.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn interface(&mut self, link: LinkType, resolution: u8) -> io::Result<u32> {
        let order = self.order;
        let options = [&order.u16(9)[..], &order.u16(1), &[resolution, 0, 0, 0], &[0; 4]].concat();
        self.block(1, &[&order.u16(link.0), &[0; 2], &order.u32(SNAP), &options])?;
        self.interfaces += 1;
        Ok(self.interfaces - 1)
    }

    /// Writes `frame` in an enhanced packet block of `interface`, `ticks` of that interface's clock after the epoch.
    ///
    /// # Errors
    /// Those of the writer, and a frame of 4 GiB.
    pub fn frame(&mut self, interface: u32, ticks: u64, frame: &Frame<'_>) -> io::Result<()> {
        let order = self.order;
        let [a, b, c, d, e, f, g, h] = ticks.to_be_bytes();
        let (high, low) = (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]));
        let fields = [interface, high, low, length(frame.data)?, frame.wire_len];
        self.block(6, &[&fields.map(|field| order.u32(field)).concat(), frame.data])
    }

    /// Writes `frame` in a simple packet block: of the first interface, without a time, and cut by nothing.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn simple(&mut self, frame: &Frame<'_>) -> io::Result<()> {
        self.block(3, &[&self.order.u32(frame.wire_len), frame.data])
    }

    /// Writes a block of any kind, padded to a multiple of four.
    ///
    /// # Errors
    /// Those of the writer, and a block of 4 GiB.
    pub fn block(&mut self, kind: u32, parts: &[&[u8]]) -> io::Result<()> {
        let mut body = parts.concat();
        body.resize(body.len().next_multiple_of(4), 0);
        let len = self.order.u32(length(&body)?.saturating_add(12));
        self.to.write_all(&self.order.u32(kind))?;
        self.to.write_all(&len)?;
        self.to.write_all(&body)?;
        self.to.write_all(&len)
    }

    /// What was written to.
    pub fn into_inner(self) -> W {
        self.to
    }
}

fn length(bytes: &[u8]) -> io::Result<u32> {
    u32::try_from(bytes.len()).map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "a frame of 4 GiB"))
}

/// The snap length that headers state; nobody cuts at it.
const SNAP: u32 = 262_144;
