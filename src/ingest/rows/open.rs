//! Files opened by their content: compressed or not, one or many in an archive; bytes come out as UTF-8 as they are read.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use encoding_rs::Encoding;

/// A file, or a member of an archive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Its name in messages and tables: relative to the workspace, `/` between folders, a member as `a.zip//b.csv`.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// The member, where the file is an archive.
    pub member: Option<String>,
}

/// What the bytes of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON in any arrangement.
    Json,
    /// A table in text.
    Csv,
    /// Parquet.
    Parquet,
    /// A web page or an error of a file store.
    Page,
    /// Nothing that is read: no bytes, a picture.
    Nothing,
}

/// What was found at the beginning of a file.
#[derive(Debug, Clone, Copy)]
pub struct Opened {
    /// What it is.
    pub format: Format,
    /// The encoding that a byte order mark tells.
    pub marked: Option<&'static Encoding>,
}

/// The members of an archive that are read, in order of name; nothing if the file is no archive.
///
/// # Errors
/// If the archive is broken.
pub fn members(path: &Path) -> Result<Option<Vec<String>>> {
    let mut start = [0; 4];
    let mut file = File::open(path).with_context(|| format!("could not open {}", path.display()))?;
    let length = read_up_to(&mut file, &mut start)?;
    if !is_archive(&start[..length]) {
        return Ok(None);
    }
    let archive = zip::ZipArchive::new(BufReader::new(file)).context("could not read the archive's list")?;
    let wanted = |name: &str| {
        let hidden = name.starts_with("__MACOSX/") || name.rsplit('/').next().is_some_and(|last| last.starts_with('.'));
        let plain = bare_name(name).to_ascii_lowercase();
        !hidden && ["json", "jsonl", "ndjson", "csv", "tsv", "parquet"].contains(&ending(&plain))
    };
    let mut names: Vec<_> =
        archive.file_names().filter_map(|name| Some(name.ok()?.into_owned())).filter(|name| wanted(name)).collect();
    names.sort();
    Ok(Some(names))
}

fn is_archive(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06")
}

/// The name without the endings of compression.
pub fn bare_name(name: &str) -> &str {
    let lower = name.to_ascii_lowercase();
    let packed = [".gz", ".br", ".zst", ".zstd"].into_iter().find(|packed| lower.ends_with(packed));
    packed.map_or(name, |packed| &name[..name.len() - packed.len()])
}

/// What stands behind the last point of a name.
pub fn ending(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// Says what a file is by its first bytes.
///
/// # Errors
/// If not even those can be read.
pub fn look(place: &Place) -> Result<Opened> {
    with_bytes(place, &mut |reader| {
        let mut start = vec![0; 4096];
        let length = read_up_to(reader, &mut start)?;
        // The members of a sound archive are places of their own.
        let broken = place.member.is_none() && is_archive(&start[..length]);
        ensure!(!broken, "it is an archive whose list of members cannot be read");
        Ok(recognised(&start[..length], &place.name))
    })
}

fn recognised(start: &[u8], name: &str) -> Opened {
    let picture = [&b"\x89PNG"[..], b"\xff\xd8\xff", b"GIF8", b"%PDF"].iter().any(|mark| start.starts_with(mark));
    if start.is_empty() || picture {
        return Opened { format: Format::Nothing, marked: None };
    }
    if start.starts_with(b"PAR1") {
        return Opened { format: Format::Parquet, marked: None };
    }
    let marked = Encoding::for_bom(start).map(|(encoding, _)| encoding);
    let text = marked.map_or_else(|| String::from_utf8_lossy(start), |encoding| encoding.decode(start).0);
    let first = text.trim_start_matches('\u{feff}').trim_start().chars().next();
    let called_json = ["json", "jsonl", "ndjson"].contains(&ending(bare_name(name)).to_ascii_lowercase().as_str());
    // A changelog may begin with a badge: `[![build](…)](…)`.
    let prose = ["md", "markdown", "mdx"].contains(&ending(bare_name(name)).to_ascii_lowercase().as_str());
    let format = match first {
        Some('<') => Format::Page,
        Some('{' | '[') if !prose => Format::Json,
        _ if called_json => Format::Json,
        _ => Format::Csv,
    };
    Opened { format, marked }
}

/// Hands the bytes of a file, with all compression taken off, to a reader.
///
/// # Errors
/// If the file cannot be opened, or what the reader says.
pub fn with_bytes<T>(place: &Place, read: &mut dyn FnMut(&mut dyn BufRead) -> Result<T>) -> Result<T> {
    let open = || File::open(&place.path).with_context(|| format!("could not open {}", place.name));
    let Some(member) = &place.member else {
        return unpacked(BufReader::with_capacity(1 << 18, open()?), &place.name, read);
    };
    let mut archive =
        zip::ZipArchive::new(BufReader::new(open()?)).with_context(|| format!("could not open {}", place.name))?;
    let file = archive.by_name(member).with_context(|| format!("could not open {}", place.name))?;
    unpacked(BufReader::with_capacity(1 << 18, file), member, read)
}

/// Takes gzip, zstd or brotli off: by the first bytes, brotli by its ending.
fn unpacked<T>(mut reader: impl BufRead, name: &str, read: &mut dyn FnMut(&mut dyn BufRead) -> Result<T>) -> Result<T> {
    const ROOM: usize = 1 << 18;
    let start = reader.fill_buf().with_context(|| format!("could not read {name}"))?;
    if start.starts_with(&[0x1f, 0x8b]) {
        return read(&mut BufReader::with_capacity(ROOM, flate2::bufread::MultiGzDecoder::new(reader)));
    }
    if start.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        return read(&mut BufReader::with_capacity(
            ROOM,
            zstd::Decoder::with_buffer(reader).context("could not start zstd")?,
        ));
    }
    if name.to_ascii_lowercase().ends_with(".br") {
        return read(&mut BufReader::with_capacity(ROOM, brotli_decompressor::Decompressor::new(reader, 4096)));
    }
    read(&mut reader)
}

/// A reader that gives UTF-8, whatever the encoding beneath; bytes that are UTF-8 or nothing pass as they are.
pub struct Decoded<'a> {
    inner: &'a mut dyn BufRead,
    decoder: Option<encoding_rs::Decoder>,
    ready: Cursor<Vec<u8>>,
    ended: bool,
}

impl<'a> Decoded<'a> {
    /// Reads an encoding; nothing: UTF-8.
    pub fn new(inner: &'a mut dyn BufRead, encoding: Option<&'static Encoding>) -> Self {
        let foreign = encoding.filter(|encoding| *encoding != encoding_rs::UTF_8);
        let decoder = foreign.map(Encoding::new_decoder_with_bom_removal);
        Self { inner, decoder, ready: Cursor::new(Vec::new()), ended: false }
    }
}

impl Read for Decoded<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Some(decoder) = &mut self.decoder else { return self.inner.read(out) };
        loop {
            let length = self.ready.read(out)?;
            if length > 0 || self.ended {
                return Ok(length);
            }
            let bytes = self.inner.fill_buf()?;
            let (taken, last) = (bytes.len(), bytes.is_empty());
            let mut text = String::with_capacity(decoder.max_utf8_buffer_length(taken).unwrap_or(taken * 3) + 16);
            let _ = decoder.decode_to_string(bytes, &mut text, last);
            self.inner.consume(taken);
            self.ended = last;
            self.ready = Cursor::new(text.into_bytes());
        }
    }
}

/// Reads until the buffer is full or nothing comes.
///
/// # Errors
/// If reading fails before the first byte.
pub fn read_up_to(reader: &mut (impl Read + ?Sized), buffer: &mut [u8]) -> Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(length) => filled += length,
            Err(problem) if problem.kind() == io::ErrorKind::Interrupted => {}
            Err(problem) if filled == 0 => return Err(problem).context("could not read the first bytes"),
            Err(_) => break,
        }
    }
    Ok(filled)
}

/// The first bytes of a file as it lies on disk.
pub fn first_bytes(path: &Path) -> Vec<u8> {
    let mut start = vec![0; 64];
    let length = File::open(path).ok().and_then(|mut file| read_up_to(&mut file, &mut start).ok()).unwrap_or(0);
    start.truncate(length);
    start
}

/// The hash of a file's first and last 64 KiB, and of its length.
///
/// # Errors
/// If it cannot be read.
pub fn edges_hash(path: &Path) -> Result<String> {
    const EDGE: u64 = 64 * 1024;
    let mut file = File::open(path).with_context(|| format!("could not open {}", path.display()))?;
    let length = file.metadata().with_context(|| format!("could not read {}", path.display()))?.len();
    let mut hash = xxhash_rust::xxh3::Xxh3::new();
    let mut edge = Vec::new();
    file.by_ref().take(EDGE).read_to_end(&mut edge).with_context(|| format!("could not read {}", path.display()))?;
    hash.update(&edge);
    if length > EDGE {
        file.seek(SeekFrom::Start(length.saturating_sub(EDGE).max(EDGE)))?;
        edge.clear();
        file.take(EDGE).read_to_end(&mut edge)?;
        hash.update(&edge);
    }
    hash.update(&length.to_le_bytes());
    Ok(format!("{:032x}", hash.digest128()))
}

/// The hash of a file's first bytes, up to a length.
///
/// # Errors
/// If it cannot be read.
pub fn hash(path: &Path, length: u64) -> Result<String> {
    let file = File::open(path).with_context(|| format!("could not open {}", path.display()))?;
    let mut reader = file.take(length);
    let mut hash = xxhash_rust::xxh3::Xxh3::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        let length = reader.read(&mut buffer).with_context(|| format!("could not read {}", path.display()))?;
        if length == 0 {
            return Ok(format!("{:032x}", hash.digest128()));
        }
        hash.update(&buffer[..length]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn written(name: &str, bytes: &[u8]) -> (tempfile::TempDir, Place) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        (folder, Place { name: name.to_owned(), path, member: None })
    }

    fn all(place: &Place) -> (Format, String) {
        let opened = look(place).unwrap();
        let text = with_bytes(place, &mut |reader| {
            let mut text = String::new();
            let _ = Decoded::new(reader, opened.marked).read_to_string(&mut text);
            Ok(text)
        });
        (opened.format, text.unwrap())
    }

    fn gz(text: &str) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(text.as_bytes()).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn content_decides_and_gzip_is_read_member_after_member() {
        let (_keep, place) = written("a.csv", &[gz("{\"a\":1}\n"), gz("{\"a\":2}\n")].concat());
        assert_eq!(all(&place), (Format::Json, "{\"a\":1}\n{\"a\":2}\n".to_owned()));
        let (_keep, place) = written("plain.jsonl.gz", b"{\"a\":1}\n");
        assert_eq!(all(&place).0, Format::Json);
        let (_keep, place) = written("CHANGELOG.md", b"[![build](x)](y)\n## 1.0.0 - 2026-03-05\n");
        assert_eq!(all(&place).0, Format::Csv);
        let (_keep, place) = written("page.csv", b"<html>");
        assert_eq!(all(&place).0, Format::Page);
        let (_keep, place) = written("none.csv", b"");
        assert_eq!(all(&place).0, Format::Nothing);
    }

    #[test]
    fn a_byte_order_mark_tells_the_encoding() {
        let bytes: Vec<u8> = "\u{feff}a\tå\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let (_keep, place) = written("a.csv", &bytes);
        assert_eq!(all(&place), (Format::Csv, "a\tå\r\n".to_owned()));
    }
}
