//! Compiles the protos without protoc and derives from their options what the server must never keep a second copy of: the policy
//! table, the mutations' common fields, the error reasons and the checks of form.

mod checks;

use std::{env, fmt::Write as _, fs, path::PathBuf};

use prost_reflect::{DescriptorPool, Kind, MethodDescriptor, Value};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let files = proto_files()?;
    println!("cargo:rerun-if-changed=proto");

    let mut compiler = protox::Compiler::new(["proto", "proto/third_party"])?;
    compiler.include_imports(true).include_source_info(true);
    compiler.open_files(files)?;
    // The raw bytes keep comments and unknown options for reflection; the decoded copy would lose them.
    let raw = compiler.encode_file_descriptor_set();
    fs::write(out.join("lianbang.bin"), &raw)?;

    let set = <prost_types::FileDescriptorSet as prost::Message>::decode(raw.as_slice())?;
    tonic_prost_build::configure()
        .codec_path("crate::codec::Codec")
        .include_file("protos.rs")
        .extern_path(".google.api", "::prost_types")
        .extern_path(".buf.validate", "::prost_types")
        .emit_rerun_if_changed(false)
        .compile_fds(set)?;

    let pool = DescriptorPool::decode(raw.as_slice())?;
    fs::write(out.join("policy.rs"), policy(&pool)?)?;
    fs::write(out.join("mutations.rs"), mutations(&pool)?)?;
    fs::write(out.join("reasons.rs"), reasons(&pool)?)?;
    fs::write(out.join("checks.rs"), checks::generate(&pool)?)?;
    fs::write(out.join("resources.rs"), resources(&pool)?)?;
    Ok(())
}

fn proto_files() -> Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir("proto/lianbang/v1")?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|ext| ext == "proto"));
    // Error details are never referred to by name, yet grpcurl cannot show them unless reflection knows them.
    files.push("proto/third_party/google/rpc/error_details.proto".into());
    files.sort();
    Ok(files)
}

fn own_methods(pool: &DescriptorPool) -> Vec<MethodDescriptor> {
    pool.services()
        .filter(|service| service.full_name().starts_with("lianbang."))
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .collect()
}

/// `METHODS`: path, permission, shape and events of each RPC. An RPC without a permission stops the build.
fn policy(pool: &DescriptorPool) -> Result<String> {
    let permission = pool.get_extension_by_name("lianbang.v1.permission").ok_or("no option permission")?;
    let emits = pool.get_extension_by_name("lianbang.v1.emits").ok_or("no option emits")?;
    let mut text = String::from("pub static METHODS: &[Method] = &[\n");
    for method in own_methods(pool) {
        let options = method.options();
        let needed = match options.get_extension(&permission).as_ref() {
            Value::String(value) if !value.is_empty() => value.clone(),
            _ => return Err(format!("{} has no (lianbang.v1.permission)", method.full_name()).into()),
        };
        let events: Vec<String> = match options.get_extension(&emits).as_ref() {
            Value::List(values) => values.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect(),
            _ => Vec::new(),
        };
        writeln!(
            text,
            "Method {{ path: \"/{}/{}\", permission: {needed:?}, emits: &{events:?}, mutation: {}, client_stream: {}, server_stream: {} }},",
            method.parent_service().full_name(),
            method.name(),
            method.input().get_field_by_name("request_id").is_some(),
            method.is_client_streaming(),
            method.is_server_streaming(),
        )?;
    }
    text.push_str("];\n");
    Ok(text)
}

/// `impl Mutation` for each request, or first message of a stream, with a request_id: the three fields that every mutation ends with.
fn mutations(pool: &DescriptorPool) -> Result<String> {
    let mut text = String::new();
    for input in pool.all_messages().filter(|message| message.package_name() == "lianbang.v1") {
        let Some(field) = input.get_field_by_name("request_id") else { continue };
        if !matches!(field.kind(), Kind::String)
            || ["validate_only", "on_behalf_of"].iter().any(|name| input.get_field_by_name(name).is_none())
        {
            return Err(format!("{} lacks request_id, validate_only or on_behalf_of", input.full_name()).into());
        }
        writeln!(
            text,
            "impl crate::door::Mutation for v1::{} {{
                fn request_id(&self) -> &str {{ &self.request_id }}
                fn validate_only(&self) -> bool {{ self.validate_only }}
                fn take_official(&mut self) -> Option<v1::Official> {{ self.on_behalf_of.take() }}
            }}",
            input.name()
        )?;
    }
    Ok(text)
}

/// `REASONS`: name, code and metadata keys of each ErrorReason. A reason without a code stops the build.
fn reasons(pool: &DescriptorPool) -> Result<String> {
    let option = pool.get_extension_by_name("lianbang.v1.reason").ok_or("no option reason")?;
    let reasons = pool.get_enum_by_name("lianbang.v1.ErrorReason").ok_or("no enum ErrorReason")?;
    let mut text = String::from("pub static REASONS: &[ReasonRule] = &[\n");
    for value in reasons.values().filter(|value| value.number() != 0) {
        let options = value.options();
        let rule = options.get_extension(&option);
        let rule = rule.as_message().ok_or("reason is a message")?;
        let code = rule.get_field_by_name("code").and_then(|code| code.as_enum_number()).unwrap_or(0);
        if code == 0 {
            return Err(format!("{} has no code", value.name()).into());
        }
        let keys: Vec<String> = rule
            .get_field_by_name("metadata_keys")
            .and_then(|keys| keys.as_list().map(<[Value]>::to_vec))
            .unwrap_or_default()
            .iter()
            .filter_map(|key| key.as_str().map(str::to_owned))
            .collect();
        let name = value.name().trim_start_matches("ERROR_REASON_");
        writeln!(text, "ReasonRule {{ name: {name:?}, code: {code}, metadata_keys: &{keys:?} }},")?;
    }
    text.push_str("];\n");
    Ok(text)
}

/// `RESOURCES`: pattern and type of each resource, from the messages' `google.api.resource`.
fn resources(pool: &DescriptorPool) -> Result<String> {
    let option = pool.get_extension_by_name("google.api.resource").ok_or("no option google.api.resource")?;
    let mut text = String::from("static RESOURCES: &[(&str, &str)] = &[\n");
    for message in pool.all_messages().filter(|message| message.package_name() == "lianbang.v1") {
        let options = message.options();
        let resource = options.get_extension(&option);
        let resource = resource.as_message().ok_or("google.api.resource is a message")?;
        let value = |name: &str| resource.get_field_by_name(name).map(|value| value.into_owned());
        let patterns = value("pattern").and_then(|value| value.as_list().map(<[Value]>::to_vec)).unwrap_or_default();
        let of_type = value("type").and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default();
        for pattern in patterns.iter().filter_map(Value::as_str) {
            writeln!(text, "({pattern:?}, {of_type:?}),")?;
        }
    }
    text.push_str("];\n");
    Ok(text)
}
