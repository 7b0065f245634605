//! Requests of any method: changed by reflection, sent by path.

use std::sync::LazyLock;

use bytes::{Buf, BufMut};
use lianbang::pb;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, Kind, MessageDescriptor, MethodDescriptor, ReflectMessage, Value};
use tonic::{
    Request, Status,
    codec::{DecodeBuf, Decoder, EncodeBuf, Encoder},
};

use crate::harness::{Line, request_id};

/// The contract.
pub static POOL: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(pb::DESCRIPTOR_SET).expect("the descriptor set"));

/// Every RPC of the contract.
pub fn methods() -> Vec<MethodDescriptor> {
    let own = POOL.services().filter(|service| service.full_name().starts_with("lianbang."));
    own.flat_map(|service| service.methods().collect::<Vec<_>>()).collect()
}

/// `/lianbang.v1.CaseService/GetCase`.
pub fn path(method: &MethodDescriptor) -> String {
    format!("/{}/{}", method.parent_service().full_name(), method.name())
}

/// A unary RPC whose request has a request_id.
pub fn is_mutation(method: &MethodDescriptor) -> bool {
    let unary = !method.is_client_streaming() && !method.is_server_streaming();
    unary && method.input().get_field_by_name("request_id").is_some()
}

/// The input of a method.
pub fn input(path: &str) -> MessageDescriptor {
    let (service, method) = path.trim_start_matches('/').split_once('/').expect("a path");
    let service = POOL.get_service_by_name(service).unwrap_or_else(|| panic!("no service {service}"));
    let method = service.methods().find(|found| found.name() == method);
    method.unwrap_or_else(|| panic!("no method {path}")).input()
}

/// Bytes in, bytes out.
#[derive(Default)]
struct Raw;

impl tonic::codec::Codec for Raw {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining()).to_vec()))
    }
}

/// Calls a method by its path.
pub async fn send(line: &Line, path: &str, request: Request<Vec<u8>>) -> Result<Vec<u8>, Status> {
    let mut client = tonic::client::Grpc::new(line.clone());
    client.ready().await.map_err(|fault| Status::unavailable(fault.to_string()))?;
    let path = path.parse().expect("a path");
    client.unary(request, path, Raw).await.map(tonic::Response::into_inner)
}

/// Calls a method of any form with some messages, and gives all that it answers.
pub async fn send_all(line: &Line, path: &str, request: Request<Vec<Vec<u8>>>) -> Result<Vec<u8>, Status> {
    let mut client = tonic::client::Grpc::new(line.clone());
    client.ready().await.map_err(|fault| Status::unavailable(fault.to_string()))?;
    let path = path.parse().expect("a path");
    let mut answers = client.streaming(request.map(tokio_stream::iter), path, Raw).await?.into_inner();
    let mut all = Vec::new();
    while let Some(answer) = answers.message().await? {
        all.extend(answer);
    }
    Ok(all)
}

/// The request of a mutation.
#[derive(Clone)]
pub struct Body(pub DynamicMessage);

impl Body {
    /// From a fixture's bytes, under a request_id of its own.
    pub fn new(path: &str, bytes: &[u8]) -> Self {
        let mut message = DynamicMessage::decode(input(path), bytes).expect("the fixture's request");
        message.set_field_by_name("request_id", Value::String(request_id()));
        message.set_field_by_name("validate_only", Value::Bool(false));
        Self(message)
    }

    /// The same under another request_id.
    pub fn anew(&self) -> Self {
        let mut message = self.0.clone();
        message.set_field_by_name("request_id", Value::String(request_id()));
        Self(message)
    }

    /// The same, only to be checked.
    pub fn to_check(&self) -> Self {
        let mut message = self.0.clone();
        message.set_field_by_name("validate_only", Value::Bool(true));
        Self(message)
    }

    /// Another request under the same request_id.
    pub fn changed(&self, change: Option<fn(&mut DynamicMessage)>) -> Self {
        let mut message = self.0.clone();
        match change {
            Some(change) => change(&mut message),
            None => assert!(alter(&mut message), "no field of {} to change", message.descriptor().full_name()),
        }
        assert!(message != self.0, "the changed request is the same");
        Self(message)
    }

    /// The etag that the request carries: its own, or that of the resource in an Update (AIP-134).
    pub fn etag(&self) -> Option<String> {
        let (holder, field) = etag_field(&self.0.descriptor())?;
        let message = match &holder {
            Some(holder) => self.0.get_field_by_name(holder)?.as_message()?.clone(),
            None => self.0.clone(),
        };
        message.get_field_by_name(&field)?.as_str().map(str::to_owned)
    }

    /// The same with another etag.
    pub fn with_etag(&self, etag: &str) -> Self {
        let (holder, field) = etag_field(&self.0.descriptor()).expect("an etag");
        let mut message = self.0.clone();
        let target = match &holder {
            Some(holder) => {
                let inner = message.get_field_by_name_mut(holder).and_then(Value::as_message_mut);
                inner.expect("the resource of an Update")
            }
            None => &mut message,
        };
        target.set_field_by_name(&field, Value::String(etag.to_owned()));
        Self(message)
    }

    /// The bytes to send.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.encode_to_vec()
    }
}

/// True where requests of the type carry an etag.
pub fn has_etag(input: &MessageDescriptor) -> bool {
    etag_field(input).is_some()
}

fn etag_field(input: &MessageDescriptor) -> Option<(Option<String>, String)> {
    if input.get_field_by_name("etag").is_some() {
        return Some((None, "etag".into()));
    }
    let resource =
        input.get_field_by_name("update_mask").and_then(|_| input.fields().find(|field| field.number() == 1))?;
    let Kind::Message(kind) = resource.kind() else { return None };
    kind.get_field_by_name("etag").map(|_| (Some(resource.name().to_owned()), "etag".into()))
}

/// Changes the first field that stands for something.
fn alter(message: &mut DynamicMessage) -> bool {
    const NOT_MEANT: [&str; 4] = ["request_id", "validate_only", "on_behalf_of", "etag"];
    let fields: Vec<_> = message.descriptor().fields().filter(|field| !NOT_MEANT.contains(&field.name())).collect();
    for field in fields.iter().filter(|field| !field.is_list() && !field.is_map()) {
        let changed = match message.get_field(field).into_owned() {
            Value::String(text) => Value::String(format!("{text}x")),
            Value::Bytes(bytes) => Value::Bytes([bytes.as_ref(), b"x"].concat().into()),
            Value::Bool(value) => Value::Bool(!value),
            Value::I32(value) => Value::I32(value + 1),
            Value::I64(value) => Value::I64(value + 1),
            Value::EnumNumber(value) => Value::EnumNumber(value + 1),
            Value::Message(mut inner) => match alter(&mut inner) {
                true => Value::Message(inner),
                false => continue,
            },
            _ => continue,
        };
        message.set_field(field, changed);
        return true;
    }
    false
}
