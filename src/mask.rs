//! Update masks (AIP-134): which fields of a resource a call changes.

use crate::error::{Error, Result};

/// The fields that an `update_mask` names. `fields` are those that can be changed, by their names; `output_only` names are ignored.
/// Without a mask it is the fields that `filled` finds something in; `*` stands for all of them.
///
/// # Errors
/// `Invalid` naming `update_mask`, for a path that is neither.
pub fn read<F: Copy>(
    mask: Option<prost_types::FieldMask>,
    fields: &[(&str, F)],
    output_only: &[&str],
    filled: impl Fn(F) -> bool,
) -> Result<Vec<F>> {
    let all = || fields.iter().map(|(_, field)| *field);
    let paths = mask.unwrap_or_default().paths;
    if paths.is_empty() {
        return Ok(all().filter(|field| filled(*field)).collect());
    }
    if paths.iter().any(|path| path == "*") {
        return match paths.len() {
            1 => Ok(all().collect()),
            _ => Err(Error::field("update_mask", "has other paths beside *")),
        };
    }
    let named = |name: &str| paths.iter().any(|path| path == name);
    if paths.iter().any(|path| !output_only.contains(&path.as_str()) && !fields.iter().any(|(name, _)| name == path)) {
        let known: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
        return Err(Error::field("update_mask", format!("has a path other than {}", known.join(", "))));
    }
    Ok(fields.iter().filter(|(name, _)| named(name)).map(|(_, field)| *field).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &[(&str, u8)] = &[("title", 1), ("place", 2)];

    fn read_paths(paths: &[&str]) -> Result<Vec<u8>> {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        read(Some(prost_types::FieldMask { paths }), FIELDS, &["etag"], |field| field == 2)
    }

    #[test]
    fn a_mask_names_fields() {
        assert_eq!(read(None, FIELDS, &[], |field| field == 2), Ok(vec![2]));
        assert_eq!(read_paths(&[]), Ok(vec![2]));
        assert_eq!(read_paths(&["*"]), Ok(vec![1, 2]));
        assert_eq!(read_paths(&["place", "title", "place", "etag"]), Ok(vec![1, 2]));
        for paths in [&["title", "*"][..], &["titel"], &["place.name"], &[""]] {
            assert!(read_paths(paths).is_err(), "{paths:?}");
        }
    }
}
