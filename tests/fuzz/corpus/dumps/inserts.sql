--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: messages; Type: TABLE; Schema: message_store; Owner: -
--

CREATE TABLE message_store.messages (
    global_position bigint NOT NULL,
    "position" bigint NOT NULL,
    "time" timestamp without time zone DEFAULT '2026-03-04 05:06:07'::timestamp without time zone NOT NULL,
    stream_name text NOT NULL,
    type text NOT NULL,
    data jsonb,
    metadata jsonb,
    id uuid NOT NULL
);


--
-- Name: messages_global_position_seq; Type: SEQUENCE; Schema: message_store; Owner: -
--

CREATE SEQUENCE message_store.messages_global_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: messages_global_position_seq; Type: SEQUENCE OWNED BY; Schema: message_store; Owner: -
--

ALTER SEQUENCE message_store.messages_global_position_seq OWNED BY message_store.messages.global_position;


--
-- Name: messages global_position; Type: DEFAULT; Schema: message_store; Owner: -
--

ALTER TABLE ONLY message_store.messages ALTER COLUMN global_position SET DEFAULT nextval('message_store.messages_global_position_seq'::regclass);


--
-- Data for Name: messages; Type: TABLE DATA; Schema: message_store; Owner: -
--

INSERT INTO message_store.messages VALUES
	(1, 0, '2026-03-04 05:06:07', 'lamp-0', 'Lit', '{"n": 0, "text": "a\tb\nc"}', '{"by": "ann"}', '00000000-0000-4000-8000-000000000000'),
	(2, 0, '2026-03-04 05:06:07', 'lamp-1', 'Put "out"', '{"n": 1, "text": "it''s \\ back"}', NULL, '00000000-0000-4000-8000-000000000001'),
	(3, 1, '2026-03-04 05:06:07', 'lamp-0', 'Lit', '{"n": 2, "text": "ž"}', NULL, '00000000-0000-4000-8000-000000000002');
INSERT INTO message_store.messages VALUES
	(4, 1, '2026-03-04 05:06:07', 'lamp-1', 'Put "out"', '{"n": 3, "text": "a\tb\nc"}', '{"by": "ann"}', '00000000-0000-4000-8000-000000000003'),
	(5, 2, '2026-03-04 05:06:07', 'lamp-0', 'Lit', '{"n": 4, "text": "it''s \\ back"}', NULL, '00000000-0000-4000-8000-000000000004'),
	(6, 2, '2026-03-04 05:06:07', 'lamp-1', 'Put "out"', '{"n": 5, "text": "ž"}', NULL, '00000000-0000-4000-8000-000000000005');
INSERT INTO message_store.messages VALUES
	(7, 3, '2026-03-04 05:06:07', 'lamp-0', 'Lit', '{"n": 6, "text": "a\tb\nc"}', '{"by": "ann"}', '00000000-0000-4000-8000-000000000006'),
	(8, 3, '2026-03-04 05:06:07', 'lamp-1', 'Put "out"', '{"n": 7, "text": "it''s \\ back"}', NULL, '00000000-0000-4000-8000-000000000007');


--
-- Name: messages_global_position_seq; Type: SEQUENCE SET; Schema: message_store; Owner: -
--

SELECT pg_catalog.setval('message_store.messages_global_position_seq', 8, true);


--
-- PostgreSQL database dump complete
--


