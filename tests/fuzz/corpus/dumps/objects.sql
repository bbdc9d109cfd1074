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

--
-- Name: message_store; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA message_store;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: messages; Type: TABLE; Schema: message_store; Owner: -
--

CREATE TABLE message_store.messages (
    global_position bigint NOT NULL,
    "position" bigint NOT NULL,
    "time" timestamp without time zone NOT NULL,
    stream_name text NOT NULL,
    type text NOT NULL,
    data oid,
    metadata oid,
    id uuid NOT NULL
);


--
-- Name: 40002; Type: BLOB; Schema: -; Owner: -
--

SELECT pg_catalog.lo_create('40002');


--
-- Name: 40003; Type: BLOB; Schema: -; Owner: -
--

SELECT pg_catalog.lo_create('40003');


--
-- Name: 40004; Type: BLOB; Schema: -; Owner: -
--

SELECT pg_catalog.lo_create('40004');


--
-- Name: 40005; Type: BLOB; Schema: -; Owner: -
--

SELECT pg_catalog.lo_create('40005');


--
-- Name: 40006; Type: BLOB; Schema: -; Owner: -
--

SELECT pg_catalog.lo_create('40006');


--
-- Name: 40007; Type: BLOB; Schema: -; Owner: -
--

SELECT pg_catalog.lo_create('40007');


--
-- Name: 40008; Type: BLOB; Schema: -; Owner: -
--

SELECT pg_catalog.lo_create('40008');


--
-- Name: 40009; Type: BLOB; Schema: -; Owner: -
--

SELECT pg_catalog.lo_create('40009');


--
-- Name: 40010; Type: BLOB; Schema: -; Owner: -
--

SELECT pg_catalog.lo_create('40010');


--
-- Name: 40011; Type: BLOB; Schema: -; Owner: -
--

SELECT pg_catalog.lo_create('40011');


--
-- Name: 40012; Type: BLOB; Schema: -; Owner: -
--

SELECT pg_catalog.lo_create('40012');


--
-- Name: 40013; Type: BLOB; Schema: -; Owner: -
--

SELECT pg_catalog.lo_create('40013');


--
-- Name: 40100; Type: BLOB; Schema: -; Owner: -
--

SELECT pg_catalog.lo_create('40100');


--
-- Name: 40101; Type: BLOB; Schema: -; Owner: -
--

SELECT pg_catalog.lo_create('40101');


--
-- Name: 40200; Type: BLOB; Schema: -; Owner: -
--

SELECT pg_catalog.lo_create('40200');


--
-- Data for Name: messages; Type: TABLE DATA; Schema: message_store; Owner: -
--

COPY message_store.messages (global_position, "position", "time", stream_name, type, data, metadata, id) FROM stdin;
1	0	2026-01-01 00:01:00	lamp-1	Put	40002	40003	00000000-0000-4000-8000-000000000001
2	0	2026-01-01 00:02:00	lamp-0	Put	40004	40005	00000000-0000-4000-8000-000000000002
3	1	2026-01-01 00:03:00	lamp-1	Put	40006	40007	00000000-0000-4000-8000-000000000003
4	1	2026-01-01 00:04:00	lamp-0	Put	40008	40009	00000000-0000-4000-8000-000000000004
5	2	2026-01-01 00:05:00	lamp-1	Put	40010	40011	00000000-0000-4000-8000-000000000005
6	2	2026-01-01 00:06:00	lamp-0	Put	40012	40013	00000000-0000-4000-8000-000000000006
7	3	2026-01-01 00:07:00	lamp-1	Put	40100	\N	00000000-0000-4000-8000-000000000007
8	3	2026-01-01 00:08:00	lamp-0	Put	40101	0	00000000-0000-4000-8000-000000000008
\.


--
-- Data for Name: BLOBS; Type: BLOBS; Schema: -; Owner: -
--

BEGIN;

SELECT pg_catalog.lo_open('40002', 131072);
SELECT pg_catalog.lowrite(0, '\x7b226e223a312c2274657874223a22676c6f7720676c6f7720676c6f7720227d');
SELECT pg_catalog.lo_close(0);

SELECT pg_catalog.lo_open('40003', 131072);
SELECT pg_catalog.lowrite(0, '\x7b226279223a22616e6e227d');
SELECT pg_catalog.lo_close(0);

SELECT pg_catalog.lo_open('40004', 131072);
SELECT pg_catalog.lowrite(0, '\x7b226e223a322c2274657874223a22676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720227d');
SELECT pg_catalog.lo_close(0);

SELECT pg_catalog.lo_open('40005', 131072);
SELECT pg_catalog.lowrite(0, '\x7b226279223a22616e6e227d');
SELECT pg_catalog.lo_close(0);

SELECT pg_catalog.lo_open('40006', 131072);
SELECT pg_catalog.lowrite(0, '\x7b226e223a332c2274657874223a22676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720227d');
SELECT pg_catalog.lo_close(0);

SELECT pg_catalog.lo_open('40007', 131072);
SELECT pg_catalog.lowrite(0, '\x7b226279223a22616e6e227d');
SELECT pg_catalog.lo_close(0);

SELECT pg_catalog.lo_open('40008', 131072);
SELECT pg_catalog.lowrite(0, '\x7b226e223a342c2274657874223a22676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720227d');
SELECT pg_catalog.lo_close(0);

SELECT pg_catalog.lo_open('40009', 131072);
SELECT pg_catalog.lowrite(0, '\x7b226279223a22616e6e227d');
SELECT pg_catalog.lo_close(0);

SELECT pg_catalog.lo_open('40010', 131072);
SELECT pg_catalog.lowrite(0, '\x7b226e223a352c2274657874223a22676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720227d');
SELECT pg_catalog.lo_close(0);

SELECT pg_catalog.lo_open('40011', 131072);
SELECT pg_catalog.lowrite(0, '\x7b226279223a22616e6e227d');
SELECT pg_catalog.lo_close(0);

SELECT pg_catalog.lo_open('40012', 131072);
SELECT pg_catalog.lowrite(0, '\x7b226e223a362c2274657874223a22676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720676c6f7720227d');
SELECT pg_catalog.lo_close(0);

SELECT pg_catalog.lo_open('40013', 131072);
SELECT pg_catalog.lowrite(0, '\x7b226279223a22616e6e227d');
SELECT pg_catalog.lo_close(0);

SELECT pg_catalog.lo_open('40100', 131072);
SELECT pg_catalog.lowrite(0, '\x7b226c6f6e67223a2264696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d');
SELECT pg_catalog.lowrite(0, '\x2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d2064696d20227d');
SELECT pg_catalog.lo_close(0);

SELECT pg_catalog.lo_open('40101', 131072);
SELECT pg_catalog.lo_close(0);

SELECT pg_catalog.lo_open('40200', 131072);
SELECT pg_catalog.lowrite(0, '\x6e6f626f6479');
SELECT pg_catalog.lo_close(0);

COMMIT;

--
-- PostgreSQL database dump complete
--


