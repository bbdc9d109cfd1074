//! What `web.js` asks the program: texts as bytes, URLs, and what values are inside.

use std::cell::RefCell;

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16LE};
use rquickjs::{Ctx, Function, Object, TypedArray, Value};
use url::{Url, quirks};

pub(super) fn add<'js>(natives: &Object<'js>) -> rquickjs::Result<()> {
    let ctx = natives.ctx();
    let encode = |ctx: Ctx<'js>, text: String| TypedArray::<u8>::new(ctx, text.into_bytes());
    natives.set("encode", Function::new(ctx.clone(), encode)?)?;
    natives.set("encodingOf", Function::new(ctx.clone(), encoding_of)?)?;
    natives.set("decoder", Function::new(ctx.clone(), decoder)?)?;
    natives.set("encodeForm", Function::new(ctx.clone(), encode_form)?)?;
    natives.set("decodeForm", Function::new(ctx.clone(), decode_form)?)?;
    natives.set("parseUrl", Function::new(ctx.clone(), parse_url)?)?;
    natives.set("setUrl", Function::new(ctx.clone(), set_url)?)?;
    natives.set("isProxy", Function::new(ctx.clone(), |value: Value<'js>| value.is_proxy())?)?;
    natives.set("isError", Function::new(ctx.clone(), |value: Value<'js>| value.is_error())?)
}

/// The name of an encoding that has this label, or nothing.
fn encoding_of(label: String) -> String {
    Encoding::for_label(label.as_bytes()).map(|found| found.name().to_ascii_lowercase()).unwrap_or_default()
}

/// A function that decodes bytes in pieces: a text, or nothing where they are none.
fn decoder<'js>(ctx: Ctx<'js>, name: String, fatal: bool, keeps_mark: bool) -> rquickjs::Result<Function<'js>> {
    let encoding = if name == "utf-16le" { UTF_16LE } else { UTF_8 };
    let decoder =
        if keeps_mark { encoding.new_decoder_without_bom_handling() } else { encoding.new_decoder_with_bom_removal() };
    let decoder = RefCell::new(decoder);
    // Each character is a byte.
    Function::new(ctx, move |text: String, last: bool| {
        let bytes: Vec<u8> = text.chars().map(|byte| byte as u8).collect();
        decode(&mut decoder.borrow_mut(), &bytes, last, fatal)
    })
}

fn decode(decoder: &mut Decoder, bytes: &[u8], last: bool, fatal: bool) -> Option<String> {
    let room = decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len());
    let mut text = String::with_capacity(room);
    if fatal {
        let (result, _) = decoder.decode_to_string_without_replacement(bytes, &mut text, last);
        return (result == DecoderResult::InputEmpty).then_some(text);
    }
    // There is room for all.
    let _ = decoder.decode_to_string(bytes, &mut text, last);
    Some(text)
}

/// A name or value as the query of a URL has it.
fn encode_form(text: String) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn decode_form(text: String) -> String {
    // An equals sign or ampersand is a part of it.
    let text = text.replace('=', "%3D").replace('&', "%26");
    url::form_urlencoded::parse(text.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

/// The parts of a URL in the order that `web.js` has them, or nothing.
fn parse_url(text: String, base: Option<String>) -> Option<Vec<String>> {
    let base = match base {
        Some(base) => Some(Url::parse(&base).ok()?),
        None => None,
    };
    let url = Url::options().base_url(base.as_ref()).parse(&text).ok()?;
    Some(parts(&url))
}

fn parts(url: &Url) -> Vec<String> {
    let parts = [
        quirks::href(url),
        &quirks::origin(url),
        quirks::protocol(url),
        quirks::username(url),
        quirks::password(url),
        quirks::host(url),
        quirks::hostname(url),
        quirks::port(url),
        quirks::pathname(url),
        quirks::search(url),
        quirks::hash(url),
    ];
    parts.map(str::to_owned).to_vec()
}

/// The parts after one was set; what cannot be set stays.
fn set_url(href: String, part: String, value: String) -> Vec<String> {
    let Ok(mut url) = Url::parse(&href) else { return vec![String::new(); 11] };
    // An answer says that nothing changed, which is no error.
    let _ = match part.as_str() {
        "protocol" => quirks::set_protocol(&mut url, &value),
        "username" => quirks::set_username(&mut url, &value),
        "password" => quirks::set_password(&mut url, &value),
        "host" => quirks::set_host(&mut url, &value),
        "hostname" => quirks::set_hostname(&mut url, &value),
        "port" => quirks::set_port(&mut url, &value),
        other => {
            match other {
                "pathname" => quirks::set_pathname(&mut url, &value),
                "search" => quirks::set_search(&mut url, &value),
                _ => quirks::set_hash(&mut url, &value),
            }
            Ok(())
        }
    };
    parts(&url)
}
