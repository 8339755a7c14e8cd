//! Objects as streams: what is read is what was written, nothing comes out unchecked, and memory is bounded.

use std::cell::Cell;
use std::io::{self, Read, Write};
use std::rc::Rc;

use boundary_runtime::{AccessError, Grant, InCountry, ObjectError, ObjectReader, ObjectWriter, Session};

use crate::objects::{SCAN, open, seal};
use crate::support::*;

const CHUNK: usize = 65_536;
const SEALED_CHUNK: usize = CHUNK + 16;

async fn place() -> (
    Place<In>,
    Session<InCountry<In>, Billing>,
    Customer,
    Grant<Billing>,
) {
    let place = Place::<In>::new().await;
    place.provision("acme").await;
    let session = place.session(&["acme"]).await.unwrap();
    let customer = Customer::seal(&session, &place.residence("acme", "s-7"), 7).unwrap();
    let grant = place.grant(&customer).await;
    (place, session, customer, grant)
}

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index % 251) as u8).collect()
}

#[tokio::test]
async fn objects_of_every_length_around_a_chunk_open_whatever_the_pieces_they_come_in() {
    let (_place, session, customer, grant) = place().await;
    for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5_000] {
        let plaintext = pattern(length);
        let whole = seal(&session, &customer, &plaintext).unwrap();
        let header = whole.len() - length - 16 * length.div_ceil(CHUNK).max(1);
        assert_eq!(header, 15 + customer.data_key.as_bytes().len());
        assert_eq!(
            open(&session, &customer, ("email", SCAN), &whole, &grant).unwrap(),
            plaintext
        );

        let mut writer = ObjectWriter::seal(&session, &customer, "email", SCAN, Vec::new()).unwrap();
        for piece in plaintext.chunks(7_001) {
            writer.write_all(piece).unwrap();
            writer.flush().unwrap();
        }
        let sealed = writer.finish().unwrap();
        assert_eq!(sealed.len(), whole.len());
        let trickling = Trickle {
            rest: &sealed,
            turn: 0,
        };
        let reader = ObjectReader::open(&session, &customer, "email", SCAN, trickling, &grant).unwrap();
        let mut content = reader.disclose("a test compares it");
        let (mut back, mut piece) = (Vec::new(), [0; 5_003]);
        loop {
            match content.read(&mut piece).unwrap() {
                0 => break,
                read => back.extend_from_slice(&piece[..read]),
            }
        }
        assert_eq!(content.read(&mut piece).unwrap(), 0, "the end stays the end");
        assert!(back == plaintext, "{length}");
    }
}

/// Gives a few bytes at a time, and is interrupted now and then.
struct Trickle<'a> {
    rest: &'a [u8],
    turn: usize,
}

impl Read for Trickle<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.turn += 1;
        if self.turn.is_multiple_of(5) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let length = bytes.len().min(1 + 977 * (self.turn % 7));
        self.rest.read(&mut bytes[..length])
    }
}

#[tokio::test]
async fn nothing_comes_out_of_a_chunk_whose_tag_is_wrong_and_nothing_after_it() {
    let (_place, session, customer, grant) = place().await;
    let plaintext = pattern(3 * CHUNK);
    let sealed = seal(&session, &customer, &plaintext).unwrap();
    let header = sealed.len() - 3 * SEALED_CHUNK;
    let chunk = |number: usize| header + number * SEALED_CHUNK;
    let whole_chunks = |numbers: &[usize]| {
        let chunks = numbers
            .iter()
            .flat_map(|number| &sealed[chunk(*number)..chunk(*number + 1)]);
        sealed[..header]
            .iter()
            .chain(chunks)
            .copied()
            .collect::<Vec<u8>>()
    };
    let mut flipped = sealed.clone();
    flipped[chunk(2) - 1] ^= 1;
    let altered = [
        ("a bit of the second chunk's tag", flipped, 1),
        ("cut between chunks", whole_chunks(&[0, 1]), 1),
        ("cut to the header", whole_chunks(&[]), 0),
        ("cut within a chunk", sealed[..chunk(2) - 9].to_vec(), 1),
        ("the second chunk left out", whole_chunks(&[0, 2]), 1),
        ("the first chunk left out", whole_chunks(&[1, 2]), 0),
        ("the second chunk twice", whole_chunks(&[0, 1, 1, 2]), 2),
        ("two chunks exchanged", whole_chunks(&[1, 0, 2]), 0),
        ("the last chunk twice", whole_chunks(&[0, 1, 2, 2]), 2),
        ("a byte appended", [&sealed[..], b"\0"].concat(), 2),
    ];
    for (what, altered, chunks) in altered {
        let reader = ObjectReader::open(&session, &customer, "email", SCAN, &altered[..], &grant).unwrap();
        let mut content = reader.disclose("a test compares it");
        let mut back = Vec::new();
        let error = content.read_to_end(&mut back).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{what}");
        let error = ObjectError::from(error);
        assert!(
            matches!(error, ObjectError::Access(AccessError::Undecryptable)),
            "{what}"
        );
        assert!(
            back == plaintext[..chunks * CHUNK],
            "{what}: {} bytes came out",
            back.len()
        );
        assert!(
            content.read(&mut [0; 1]).is_err(),
            "{what}: and there is no end of the file after it"
        );
    }
    for length in 0..header {
        let cut = ObjectReader::open(&session, &customer, "email", SCAN, &sealed[..length], &grant);
        assert!(
            matches!(cut.err(), Some(ObjectError::Access(AccessError::Undecryptable))),
            "cut at {length}"
        );
    }
}

#[tokio::test]
async fn an_object_that_was_not_finished_does_not_open_to_its_end() {
    let (_place, session, customer, grant) = place().await;
    for length in [0, 10, CHUNK, 2 * CHUNK + 10] {
        let mut unfinished = Vec::new();
        let mut writer = ObjectWriter::seal(&session, &customer, "email", SCAN, &mut unfinished).unwrap();
        writer.write_all(&pattern(length)).unwrap();
        writer.flush().unwrap();
        drop(writer);
        let opened = open(&session, &customer, ("email", SCAN), &unfinished, &grant);
        assert_eq!(opened, Err(AccessError::Undecryptable), "{length}");
    }
}

/// Counts what goes through, and takes or gives nothing else.
struct Counted<T> {
    inner: T,
    bytes: Rc<Cell<usize>>,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.inner.write(bytes)?;
        self.bytes.set(self.bytes.get() + taken);
        Ok(taken)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        self.bytes.set(self.bytes.get() + read);
        Ok(read)
    }
}

#[tokio::test]
async fn a_writer_and_a_reader_never_hold_more_than_a_chunk() {
    let (_place, session, customer, grant) = place().await;
    let (written, read) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
    let mut sealed = Vec::new();
    let counted = Counted {
        inner: &mut sealed,
        bytes: Rc::clone(&written),
    };
    let mut writer = ObjectWriter::seal(&session, &customer, "email", SCAN, counted).unwrap();
    let header = written.get();
    // 16 MiB, 256 chunks of it.
    let piece = pattern(4096);
    for pieces in 1..=4096 {
        writer.write_all(&piece).unwrap();
        let sealed_so_far = written.get() - header;
        let held = pieces * piece.len() - sealed_so_far / SEALED_CHUNK * CHUNK;
        assert!(held <= CHUNK, "{held} bytes are held");
    }
    writer.finish().unwrap();

    let counted = Counted {
        inner: &sealed[..],
        bytes: Rc::clone(&read),
    };
    let reader = ObjectReader::open(&session, &customer, "email", SCAN, counted, &grant).unwrap();
    assert_eq!(read.get(), header, "no chunk is read before one is asked for");
    let mut content = reader.disclose("a test counts it");
    let (mut given, mut piece) = (0, [0; 4096]);
    loop {
        match content.read(&mut piece).unwrap() {
            0 => break,
            bytes => given += bytes,
        }
        let held = read.get() - header - given / CHUNK * SEALED_CHUNK;
        assert!(held <= SEALED_CHUNK + 1, "{held} bytes are held");
    }
    assert_eq!(given, 4096 * 4096);
}

/// Takes or gives so many bytes, then fails.
struct Failing(usize);

impl Failing {
    fn turn(&mut self, length: usize) -> io::Result<usize> {
        let length = length.min(self.0);
        self.0 -= length;
        if length == 0 {
            return Err(io::Error::new(io::ErrorKind::StorageFull, "the disk is full"));
        }
        Ok(length)
    }
}

impl Write for Failing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.turn(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Failing {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.turn(bytes.len())
    }
}

#[tokio::test]
async fn an_error_of_the_medium_is_said_as_such_and_the_object_is_not_continued() {
    let (_place, session, customer, grant) = place().await;
    let full = ObjectWriter::seal(&session, &customer, "email", SCAN, Failing(20)).err();
    assert!(matches!(full, Some(ObjectError::Io(error)) if error.kind() == io::ErrorKind::StorageFull));

    let mut writer = ObjectWriter::seal(&session, &customer, "email", SCAN, Failing(CHUNK)).unwrap();
    let error = writer.write_all(&pattern(2 * CHUNK)).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert!(writer.write_all(b"more").is_err());
    assert!(writer.finish().is_err());

    let sealed = seal(&session, &customer, &pattern(2 * CHUNK)).unwrap();
    let broken = sealed[..sealed.len() - SEALED_CHUNK - 10].chain(Failing(5));
    let reader = ObjectReader::open(&session, &customer, "email", SCAN, broken, &grant).unwrap();
    let mut content = reader.disclose("a test reads it");
    assert_eq!(
        content.read(&mut [0; 10]).unwrap_err().kind(),
        io::ErrorKind::StorageFull,
        "nothing of a chunk that was not whole comes out"
    );
    assert!(content.read(&mut [0; 10]).is_err());
}
