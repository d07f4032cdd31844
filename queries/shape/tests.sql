-- Small scalar functions that the other queries share: values of JSON as text, number and moment.
--
-- engine  duckdb: scalar macros over JSON
-- grain   one value per call
-- reads   nothing
create or replace macro json_text(value) as json_extract_string(value, '$');

create or replace macro text_number(text) as case
    when regexp_full_match(text, '\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*') then try_cast(text as double)
end;

create or replace macro json_number(value) as case json_type(value)
    when 'VARCHAR' then text_number(json_extract_string(value, '$'))
    when 'BIGINT' then try_cast(json_extract_string(value, '$') as double)
    when 'UBIGINT' then try_cast(json_extract_string(value, '$') as double)
    when 'HUGEINT' then try_cast(json_extract_string(value, '$') as double)
    when 'DOUBLE' then try_cast(json_extract_string(value, '$') as double)
end;

create or replace macro json_elements(value) as case
    when json_type(value) = 'ARRAY' then json_extract(value, '$[*]')
end;

-- What a property is told as: missing, null and '' are null; a list tells its first element.
create or replace macro property_text(value) as nullif(case json_type(value)
    when 'ARRAY' then json_extract_string(value, '$[0]')
    when 'NULL' then null
    else json_extract_string(value, '$')
end, '');

-- A moment in a statement's body, in microseconds: whole microseconds, or RFC 3339 in UTC.
create or replace macro moment_us(text) as case
    when regexp_full_match(text, '-?[0-9]+') then try_cast(text as bigint)
    else epoch_us(try_cast(replace(replace(text, 'Z', ''), '+00:00', '') as timestamp))
end;

create or replace macro moment_of(text) as make_timestamp(moment_us(text));

-- A value that two sides are matched by: no blanks around, no `.0` of a spreadsheet's number; domains without case and `www.`.
create or replace macro match_text(text) as nullif(regexp_replace(trim(text), '^([0-9]+)\.0$', '\1'), '');

create or replace macro domain_text(text) as nullif(regexp_replace(
    regexp_replace(lower(trim(text)), '^(https?://)?(www\.)?', ''), '[/:?#].*$', ''), '');

create or replace macro mail_domain(text) as case
    when strpos(trim(text), '@') > 0 then domain_text(regexp_replace(trim(text), '^.*@', ''))
end;

-- A moment of a statement's body, told under its own name or as microseconds under `<name>_us`.
create or replace macro body_moment(body, name) as moment_of(coalesce(
    json_extract_string(body, '/' || name), json_extract_string(body, '/' || name || '_us')));

-- A name as two sides may both have written it: without case, accents, marks and blanks, and without what says the legal form.
create or replace macro name_text(text) as nullif(replace(regexp_replace(
    trim(regexp_replace(replace(replace(lower(strip_accents(text)), '&', ' and '), '.', ''), '[^\p{L}\p{N}]+', ' ', 'g')),
    '( (and co|and company|inc|incorporated|llc|llp|lp|ltd|limited|plc|corp|corporation|co|company|gmbh|ag|kg|ug|se|bv|b v|nv|n v|sa|sas|sarl|srl|spa|sl|oy|oyj|ab|as|a s|aps|pty|pte|kk))+$',
    ''), ' ', ''), '');
