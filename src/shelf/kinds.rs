//! The media types that documents may have, and what their content looks like.

/// How many bytes from the beginning tell the type.
pub const HEAD_BYTES: usize = 16 << 10;

const ZIP: &str = "application/zip";
const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const SHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Each type, and what the content may look like. OFD (GB/T 33190) and the newer office formats are zip containers, whose parts stand
/// in no fixed order.
const KINDS: &[(&str, &[&str])] = &[
    ("application/msword", &["application/msword", "application/x-ole-storage"]),
    ("application/ofd", &[ZIP]),
    ("application/pdf", &["application/pdf"]),
    ("application/vnd.ms-excel", &["application/vnd.ms-excel", "application/x-ole-storage"]),
    (SHEET, &[SHEET, ZIP]),
    (WORD, &[WORD, ZIP]),
    ("audio/amr", &["audio/amr"]),
    ("audio/mp4", &["audio/m4a", "video/mp4"]),
    ("audio/mpeg", &["audio/mpeg"]),
    ("audio/wav", &["audio/x-wav"]),
    ("image/bmp", &["image/bmp"]),
    ("image/heic", &["image/heif"]),
    ("image/jpeg", &["image/jpeg"]),
    ("image/png", &["image/png"]),
    ("image/tiff", &["image/tiff"]),
    ("image/webp", &["image/webp"]),
    (TEXT, &[]),
    ("video/mp4", &["video/mp4", "video/x-m4v"]),
];

const TEXT: &str = "text/plain";

/// The types, sorted.
pub fn media_types() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|(name, _)| *name)
}

/// Content that begins with `head` may be of the type. Nothing is of a type that is not in the table.
pub fn fits(media_type: &str, head: &[u8]) -> bool {
    let seen = infer::get(head).map(|kind| kind.mime_type());
    match KINDS.iter().find(|(name, _)| *name == media_type) {
        // Text has no signature: it is what looks like nothing else and has no control bytes but for layout. Neither UTF-8 nor GB 18030
        // uses them inside a character.
        Some((name, _)) if *name == TEXT => seen.is_none() && !head.iter().any(|byte| is_control(*byte)),
        Some((_, looks)) => seen.is_some_and(|seen| looks.contains(&seen)),
        None => false,
    }
}

fn is_control(byte: u8) -> bool {
    byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | b'\x0c')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_what_its_first_bytes_say() {
        let samples: &[(&str, &[u8])] = &[
            ("application/pdf", b"%PDF-1.7\n"),
            ("image/png", b"\x89PNG\r\n\x1a\n"),
            ("image/jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF"),
            ("application/ofd", b"PK\x03\x04\x14\0\0\0OFD.xml"),
            ("audio/amr", b"#!AMR\n\x3c\x91\x17\x16\xbe\x66\x78"),
            ("audio/wav", b"RIFF\0\0\0\0WAVEfmt "),
            ("image/webp", b"RIFF\0\0\0\0WEBPVP8 "),
            ("video/mp4", b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2mp41"),
            (TEXT, "情况说明".as_bytes()),
        ];
        for (own, head) in samples {
            for media_type in media_types() {
                let family = |name: &str| [WORD, SHEET, "application/ofd"].contains(&name);
                let sounds = [*own, media_type] == ["video/mp4", "audio/mp4"];
                let expected = media_type == *own || (family(media_type) && family(own)) || sounds;
                assert_eq!(fits(media_type, head), expected, "{own} as {media_type}");
            }
        }
        for refused in [&b"MZ\x90\0\x03"[..], b"\x7fELF\x02\x01\x01", b"GIF89a", b"<!DOCTYPE html><html>"] {
            assert!(!media_types().any(|media_type| fits(media_type, refused)), "{refused:?}");
        }
        assert!(!fits("text/html", b"<html>"));
    }

    proptest::proptest! {
        /// Content is anybody's: whatever follows a signature, looking at it ends with an answer.
        #[test]
        fn no_content_stops_the_look(which in 0..SIGNATURES.len(), rest in proptest::collection::vec(0u8.., 0..2_000)) {
            let head = [SIGNATURES[which], &rest].concat();
            for media_type in media_types() {
                fits(media_type, &head);
            }
        }
    }

    const SIGNATURES: &[&[u8]] = &[
        b"",
        b"PK\x03\x04",
        b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0\0\0\0\0\x10\0\0\0\0\0\0\0\x13\0\0\0[Content_Types].xml",
        b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0\0\0\0\0\xff\xff\xff\xff\0\0\0\0\x13\0\0\0[Content_Types].xml",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x3e\0\x03\0\xfe\xff\x09\0\x06\0",
        b"RIFF",
        b"\0\0\0\x20ftyp",
        b"II*\0",
    ];

    #[test]
    fn the_table_is_sorted() {
        assert!(media_types().is_sorted());
    }
}
