//! Turns the `buf.validate` options of the protos into Rust: one `impl Checked` per message, with direct field access. Only the
//! rules that the contract uses are known; any other stops the build, so that no rule can be written and not enforced. (The crate
//! that would do this needs protoc on the machine, which we do not ask of anybody.)

use std::fmt::Write as _;

use heck::{ToSnakeCase, ToUpperCamelCase};
use prost_reflect::{
    Cardinality, DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage, Value,
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const PACKAGE: &str = "lianbang.v1";

pub fn generate(pool: &DescriptorPool) -> Result<String> {
    let generator = Generator { pool };
    let mut text = String::new();
    for message in pool.all_messages().filter(|message| message.package_name() == PACKAGE && !message.is_map_entry()) {
        generator.message(&message, &mut text)?;
    }
    Ok(text)
}

struct Generator<'a> {
    pool: &'a DescriptorPool,
}

impl Generator<'_> {
    fn message(&self, message: &MessageDescriptor, text: &mut String) -> Result<()> {
        let mut body = String::new();
        for field in message.fields() {
            let checks = self.field(&field).map_err(|fault| format!("{}: {fault}", field.full_name()))?;
            if checks.is_empty() {
                continue;
            }
            let (ident, name) = (rust_ident(field.name()), field.name());
            match field.containing_oneof().filter(|_| !is_proto3_optional(&field)) {
                Some(oneof) => {
                    let path = format!(
                        "{}::{}::{}",
                        module_path(message),
                        oneof.name().to_upper_camel_case(),
                        field.name().to_upper_camel_case()
                    );
                    writeln!(
                        body,
                        "if let Some({path}(value)) = &self.{} {{ faults.field({name:?}, |faults| {{ {checks} }}); }}",
                        rust_ident(oneof.name())
                    )?;
                }
                None if field.is_list() || !has_presence(&field) => {
                    writeln!(
                        body,
                        "{{ let value = &self.{ident}; faults.field({name:?}, |faults| {{ {checks} }}); }}"
                    )?;
                }
                None => {
                    writeln!(
                        body,
                        "if let Some(value) = &self.{ident} {{ faults.field({name:?}, |faults| {{ {checks} }}); }}"
                    )?;
                }
            }
        }
        for field in message.fields().filter(|field| self.required(field)) {
            let (ident, name) = (rust_ident(field.name()), field.name());
            let missing = if has_presence(&field) && !field.is_list() {
                format!("self.{ident}.is_none()")
            } else if matches!(field.kind(), Kind::Enum(_)) && !field.is_list() {
                format!("self.{ident} == 0")
            } else {
                format!("self.{ident}.is_empty()")
            };
            writeln!(body, "if {missing} {{ faults.field({name:?}, |faults| faults.add(\"is required\")); }}")?;
        }
        for oneof in message.oneofs().filter(|oneof| !oneof.is_synthetic()) {
            let rule = self.extension(&oneof.options(), "buf.validate.oneof");
            if rule.is_some_and(|rule| bool_of(&rule, "required")) {
                let name = oneof.name();
                writeln!(
                    body,
                    "if self.{}.is_none() {{ faults.field({name:?}, |faults| faults.add(\"is required\")); }}",
                    rust_ident(name)
                )?;
            }
        }
        let (this, faults) = if body.is_empty() { ("&self", "_faults") } else { ("&self", "faults") };
        writeln!(
            text,
            "impl crate::check::Checked for {} {{ fn check({this}, {faults}: &mut crate::check::Faults) {{\n{body}}} }}",
            type_path(message)
        )?;
        Ok(())
    }

    fn required(&self, field: &FieldDescriptor) -> bool {
        self.rules(field).is_some_and(|rules| bool_of(&rules, "required"))
    }

    fn rules(&self, field: &FieldDescriptor) -> Option<DynamicMessage> {
        self.extension(&field.options(), "buf.validate.field")
    }

    fn extension(&self, options: &DynamicMessage, name: &str) -> Option<DynamicMessage> {
        let extension = self.pool.get_extension_by_name(name)?;
        options.has_extension(&extension).then(|| options.get_extension(&extension).as_message().cloned())?
    }

    /// Statements that check `value`, a reference to the field's content.
    fn field(&self, field: &FieldDescriptor) -> Result<String> {
        let mut text = String::new();
        let rules = self.rules(field);
        if field.is_map() {
            // Maps stand in answers only.
            return if rules.is_some() { Err("a rule on a map is not known to the build".into()) } else { Ok(text) };
        }
        if field.is_list() {
            let mut items = element_recursion(field);
            if let Some(rules) = &rules {
                let repeated = sub(rules, "repeated");
                for (name, value) in set_fields(repeated.as_ref()) {
                    match (name.as_str(), value) {
                        ("min_items", value) => write!(text, "faults.min_items(value.len(), {});", number(&value)?)?,
                        ("max_items", value) => write!(text, "faults.max_items(value.len(), {});", number(&value)?)?,
                        ("unique", Value::Bool(true)) => text.push_str("faults.unique(value);"),
                        ("items", Value::Message(item)) => items.push_str(&scalar(field, &item)?),
                        (other, _) => return Err(format!("repeated rule {other} is not known to the build").into()),
                    }
                }
                known(rules, &["repeated", "required"])?;
            }
            if !items.is_empty() {
                write!(
                    text,
                    "for (index, value) in value.iter().enumerate() {{ faults.index(index, |faults| {{ {items} }}); }}"
                )?;
            }
        } else {
            text.push_str(&element_recursion(field));
            if let Some(rules) = &rules {
                text.push_str(&scalar(field, rules)?);
            }
        }
        Ok(text)
    }
}

/// Checks inside a message of our own; those of others have no rules of ours.
fn element_recursion(field: &FieldDescriptor) -> String {
    match field.kind() {
        Kind::Message(message) if message.package_name() == PACKAGE => {
            "crate::check::Checked::check(value, faults);".into()
        }
        Kind::String => "faults.text(value);".into(),
        _ => String::new(),
    }
}

fn scalar(field: &FieldDescriptor, rules: &DynamicMessage) -> Result<String> {
    let mut text = String::new();
    let family = match field.kind() {
        Kind::String => "string",
        Kind::Bytes => "bytes",
        Kind::Int32 => "int32",
        Kind::Int64 => "int64",
        Kind::Enum(_) => "enum",
        Kind::Message(message) if message.full_name() == "google.protobuf.Duration" => "duration",
        _ => "",
    };
    known(rules, &[family, "required"])?;
    for (name, value) in set_fields(sub(rules, family).as_ref()) {
        match (family, name.as_str()) {
            ("string", "min_len") => write!(text, "faults.min_len(value, {});", number(&value)?)?,
            ("string", "max_len") => write!(text, "faults.max_len(value, {});", number(&value)?)?,
            ("string", "len") => {
                write!(text, "faults.min_len(value, {0}); faults.max_len(value, {0});", number(&value)?)?
            }
            ("string", "uuid") => text.push_str("faults.uuid(value);"),
            ("string", "pattern") => write!(
                text,
                "{{ static PATTERN: std::sync::LazyLock<regex::Regex> = std::sync::LazyLock::new(|| regex::Regex::new({0:?}).expect(\"invariant: the build compiled it\")); faults.pattern(value, &PATTERN); }}",
                checked_pattern(&value)?
            )?,
            ("bytes", "min_len") => write!(text, "faults.min_bytes(value.len(), {});", number(&value)?)?,
            ("bytes", "max_len") => write!(text, "faults.max_bytes(value.len(), {});", number(&value)?)?,
            ("int32" | "int64", "gte") => write!(text, "faults.at_least(i64::from(*value), {});", number(&value)?)?,
            ("int32" | "int64", "gt") => write!(text, "faults.at_least(i64::from(*value), {} + 1);", number(&value)?)?,
            ("int32" | "int64", "lte") => write!(text, "faults.at_most(i64::from(*value), {});", number(&value)?)?,
            ("int32" | "int64", "lt") => write!(text, "faults.at_most(i64::from(*value), {} - 1);", number(&value)?)?,
            ("enum", "defined_only") => {
                let Kind::Enum(kind) = field.kind() else { return Err("not an enum".into()) };
                let path = match kind.parent_message() {
                    Some(parent) => format!("{}::{}", module_path(&parent), kind.name().to_upper_camel_case()),
                    None => format!("v1::{}", kind.name().to_upper_camel_case()),
                };
                write!(text, "faults.defined({path}::try_from(*value).is_ok());")?;
            }
            ("enum", "not_in") => {
                let values: Vec<i64> = value.as_list().unwrap_or_default().iter().map(number).collect::<Result<_>>()?;
                write!(text, "faults.not_in(*value, &{values:?});")?;
            }
            ("enum", "in") => {
                let values: Vec<i64> = value.as_list().unwrap_or_default().iter().map(number).collect::<Result<_>>()?;
                write!(text, "faults.one_of(*value, &{values:?});")?;
            }
            ("duration", "gte" | "gt") => write!(text, "faults.duration_at_least(value, {});", seconds(&value)?)?,
            ("duration", "lte" | "lt") => write!(text, "faults.duration_at_most(value, {});", seconds(&value)?)?,
            (family, other) => return Err(format!("rule {family}.{other} is not known to the build").into()),
        }
    }
    Ok(text)
}

fn checked_pattern(value: &Value) -> Result<String> {
    let pattern = value.as_str().ok_or("a pattern is text")?;
    regex::Regex::new(pattern)?;
    Ok(pattern.to_owned())
}

fn known(rules: &DynamicMessage, names: &[&str]) -> Result<()> {
    match rules.fields().find(|(field, _)| !names.contains(&field.name())) {
        Some((field, _)) => Err(format!("rule {} is not known to the build here", field.name()).into()),
        None => Ok(()),
    }
}

fn set_fields(rules: Option<&DynamicMessage>) -> Vec<(String, Value)> {
    rules
        .map(|rules| rules.fields().map(|(field, value)| (field.name().to_owned(), value.clone())).collect())
        .unwrap_or_default()
}

fn sub(rules: &DynamicMessage, name: &str) -> Option<DynamicMessage> {
    let field = rules.descriptor().get_field_by_name(name)?;
    rules.has_field(&field).then(|| rules.get_field(&field).as_message().cloned())?
}

fn bool_of(rules: &DynamicMessage, name: &str) -> bool {
    rules.get_field_by_name(name).and_then(|value| value.as_bool()).unwrap_or(false)
}

fn number(value: &Value) -> Result<i64> {
    match value {
        Value::I32(value) => Ok(i64::from(*value)),
        Value::I64(value) => Ok(*value),
        Value::U32(value) => Ok(i64::from(*value)),
        Value::U64(value) => Ok(i64::try_from(*value)?),
        Value::EnumNumber(value) => Ok(i64::from(*value)),
        other => Err(format!("{other:?} is not a number").into()),
    }
}

fn seconds(value: &Value) -> Result<i64> {
    let message = value.as_message().ok_or("a duration is a message")?;
    number(message.get_field_by_name("seconds").ok_or("a duration has seconds")?.as_ref())
}

fn has_presence(field: &FieldDescriptor) -> bool {
    field.cardinality() != Cardinality::Repeated
        && (matches!(field.kind(), Kind::Message(_)) || is_proto3_optional(field))
}

fn is_proto3_optional(field: &FieldDescriptor) -> bool {
    field.field_descriptor_proto().proto3_optional()
}

fn type_path(message: &MessageDescriptor) -> String {
    match message.parent_message() {
        Some(parent) => format!("{}::{}", module_path(&parent), message.name().to_upper_camel_case()),
        None => format!("v1::{}", message.name().to_upper_camel_case()),
    }
}

fn module_path(message: &MessageDescriptor) -> String {
    match message.parent_message() {
        Some(parent) => format!("{}::{}", module_path(&parent), message.name().to_snake_case()),
        None => format!("v1::{}", message.name().to_snake_case()),
    }
}

fn rust_ident(name: &str) -> String {
    match name {
        "type" | "match" | "ref" | "move" | "use" | "where" | "in" | "for" | "final" | "override" => {
            format!("r#{name}")
        }
        other => other.to_owned(),
    }
}
