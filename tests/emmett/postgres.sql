--
-- PostgreSQL database dump
--

\restrict hdd4QhnIYFEbbdQq70eiUQWQhdG5yzXwHhitXf6otmv1MtQipBcKERzmRDdLUUf

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
-- Name: emt_global_message_position; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.emt_global_message_position
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


SET default_tablespace = '';

--
-- Name: emt_messages; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.emt_messages (
    stream_position bigint NOT NULL,
    global_position bigint DEFAULT nextval('public.emt_global_message_position'::regclass),
    transaction_id xid8 NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    is_archived boolean DEFAULT false NOT NULL,
    message_kind character varying(1) DEFAULT 'E'::character varying NOT NULL,
    stream_id text NOT NULL,
    partition text DEFAULT 'emt:default'::text NOT NULL,
    message_schema_version text NOT NULL,
    message_id text NOT NULL,
    message_type text NOT NULL,
    message_data jsonb NOT NULL,
    message_metadata jsonb NOT NULL
)
PARTITION BY LIST (partition);


--
-- Name: emt_messages_emt_default; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.emt_messages_emt_default (
    stream_position bigint NOT NULL,
    global_position bigint DEFAULT nextval('public.emt_global_message_position'::regclass),
    transaction_id xid8 NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    is_archived boolean DEFAULT false NOT NULL,
    message_kind character varying(1) DEFAULT 'E'::character varying NOT NULL,
    stream_id text NOT NULL,
    partition text DEFAULT 'emt:default'::text NOT NULL,
    message_schema_version text NOT NULL,
    message_id text NOT NULL,
    message_type text NOT NULL,
    message_data jsonb NOT NULL,
    message_metadata jsonb NOT NULL
)
PARTITION BY LIST (is_archived);


SET default_table_access_method = heap;

--
-- Name: emt_messages_emt_default_active; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.emt_messages_emt_default_active (
    stream_position bigint NOT NULL,
    global_position bigint DEFAULT nextval('public.emt_global_message_position'::regclass),
    transaction_id xid8 NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    is_archived boolean DEFAULT false NOT NULL,
    message_kind character varying(1) DEFAULT 'E'::character varying NOT NULL,
    stream_id text NOT NULL,
    partition text DEFAULT 'emt:default'::text NOT NULL,
    message_schema_version text NOT NULL,
    message_id text NOT NULL,
    message_type text NOT NULL,
    message_data jsonb NOT NULL,
    message_metadata jsonb NOT NULL
);


--
-- Name: emt_messages_emt_default_archived; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.emt_messages_emt_default_archived (
    stream_position bigint NOT NULL,
    global_position bigint DEFAULT nextval('public.emt_global_message_position'::regclass),
    transaction_id xid8 NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    is_archived boolean DEFAULT false NOT NULL,
    message_kind character varying(1) DEFAULT 'E'::character varying NOT NULL,
    stream_id text NOT NULL,
    partition text DEFAULT 'emt:default'::text NOT NULL,
    message_schema_version text NOT NULL,
    message_id text NOT NULL,
    message_type text NOT NULL,
    message_data jsonb NOT NULL,
    message_metadata jsonb NOT NULL
);


--
-- Name: emt_processors; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.emt_processors (
    last_processed_transaction_id xid8 NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    processor_id text NOT NULL,
    partition text DEFAULT 'emt:default'::text NOT NULL,
    status text DEFAULT 'stopped'::text NOT NULL,
    last_processed_checkpoint text NOT NULL,
    processor_instance_id text DEFAULT 'emt:unknown'::text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_updated timestamp with time zone DEFAULT now() NOT NULL
)
PARTITION BY LIST (partition);


--
-- Name: emt_processors_emt_default; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.emt_processors_emt_default (
    last_processed_transaction_id xid8 NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    processor_id text NOT NULL,
    partition text DEFAULT 'emt:default'::text NOT NULL,
    status text DEFAULT 'stopped'::text NOT NULL,
    last_processed_checkpoint text NOT NULL,
    processor_instance_id text DEFAULT 'emt:unknown'::text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_updated timestamp with time zone DEFAULT now() NOT NULL
);


--
-- Name: emt_projections; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.emt_projections (
    version integer DEFAULT 1 NOT NULL,
    type character varying(1) NOT NULL,
    name text NOT NULL,
    partition text DEFAULT 'emt:default'::text NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    definition jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_updated timestamp with time zone DEFAULT now() NOT NULL
)
PARTITION BY LIST (partition);


--
-- Name: emt_projections_emt_default; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.emt_projections_emt_default (
    version integer DEFAULT 1 NOT NULL,
    type character varying(1) NOT NULL,
    name text NOT NULL,
    partition text DEFAULT 'emt:default'::text NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    definition jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_updated timestamp with time zone DEFAULT now() NOT NULL
);


--
-- Name: emt_streams; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.emt_streams (
    stream_id text NOT NULL,
    stream_position bigint NOT NULL,
    partition text DEFAULT 'emt:default'::text NOT NULL,
    stream_type text NOT NULL,
    stream_metadata jsonb NOT NULL,
    is_archived boolean DEFAULT false NOT NULL
)
PARTITION BY LIST (partition);


--
-- Name: emt_streams_emt_default; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.emt_streams_emt_default (
    stream_id text NOT NULL,
    stream_position bigint NOT NULL,
    partition text DEFAULT 'emt:default'::text NOT NULL,
    stream_type text NOT NULL,
    stream_metadata jsonb NOT NULL,
    is_archived boolean DEFAULT false NOT NULL
)
PARTITION BY LIST (is_archived);


--
-- Name: emt_streams_emt_default_active; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.emt_streams_emt_default_active (
    stream_id text NOT NULL,
    stream_position bigint NOT NULL,
    partition text DEFAULT 'emt:default'::text NOT NULL,
    stream_type text NOT NULL,
    stream_metadata jsonb NOT NULL,
    is_archived boolean DEFAULT false NOT NULL
);


--
-- Name: emt_streams_emt_default_archived; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.emt_streams_emt_default_archived (
    stream_id text NOT NULL,
    stream_position bigint NOT NULL,
    partition text DEFAULT 'emt:default'::text NOT NULL,
    stream_type text NOT NULL,
    stream_metadata jsonb NOT NULL,
    is_archived boolean DEFAULT false NOT NULL
);


--
-- Name: emt_messages_emt_default; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.emt_messages ATTACH PARTITION public.emt_messages_emt_default FOR VALUES IN ('emt:default');


--
-- Name: emt_messages_emt_default_active; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.emt_messages_emt_default ATTACH PARTITION public.emt_messages_emt_default_active FOR VALUES IN (false);


--
-- Name: emt_messages_emt_default_archived; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.emt_messages_emt_default ATTACH PARTITION public.emt_messages_emt_default_archived FOR VALUES IN (true);


--
-- Name: emt_processors_emt_default; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.emt_processors ATTACH PARTITION public.emt_processors_emt_default FOR VALUES IN ('emt:default');


--
-- Name: emt_projections_emt_default; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.emt_projections ATTACH PARTITION public.emt_projections_emt_default FOR VALUES IN ('emt:default');


--
-- Name: emt_streams_emt_default; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.emt_streams ATTACH PARTITION public.emt_streams_emt_default FOR VALUES IN ('emt:default');


--
-- Name: emt_streams_emt_default_active; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.emt_streams_emt_default ATTACH PARTITION public.emt_streams_emt_default_active FOR VALUES IN (false);


--
-- Name: emt_streams_emt_default_archived; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.emt_streams_emt_default ATTACH PARTITION public.emt_streams_emt_default_archived FOR VALUES IN (true);


--
-- Data for Name: emt_messages_emt_default_active; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.emt_messages_emt_default_active (stream_position, global_position, transaction_id, created, is_archived, message_kind, stream_id, partition, message_schema_version, message_id, message_type, message_data, message_metadata) FROM stdin;
1	1	774	2026-11-28 23:07:42.069731+00	f	E	cart-1	emt:default	1	65d526fb-95eb-409e-a7a1-8a70e3a59299	CartOpened	{"note": "quote \\" and \\\\", "customer": {"ids": [1, 2], "name": "Київ\\ttab"}}	{}
2	2	774	2026-11-28 23:07:42.069731+00	f	E	cart-1	emt:default	1	c19e7c6f-532c-4db4-85f3-38cf23cc09e1	LineAdded	{"line": {"sku": "a", "size": "größe", "price": 0.1, "options": [["🎁", [0.1]]], "quantity": 2}}	{}
3	3	775	2026-11-28 23:07:42.084106+00	f	E	cart-1	emt:default	1	d6892021-bd87-453a-b92c-2fb499cd79c3	LineAdded	{"line": {"sku": "b", "size": "größe", "price": 0.0000001, "options": [["🎁", [0.1]]], "quantity": 1}}	{}
4	4	775	2026-11-28 23:07:42.084106+00	f	E	cart-1	emt:default	1	e7127683-2776-47e4-90ff-2facc9d997ba	LineRemoved	{"sku": "a"}	{"correlationId": "c-1"}
1	5	776	2026-11-28 23:07:42.090319+00	f	E	cart-2-with-dashes	emt:default	1	01db18b2-6c28-4fe6-a9f6-43bda78e032e	CartOpened	{"customer": {"ids": [], "name": ""}}	{}
1	6	777	2026-11-28 23:07:42.103786+00	f	E	ledger-1	emt:default	1	582b6dd8-9871-470f-aec8-9535ede0310d	Booked	{"rate": 0.3, "units": 1234}	{}
2	7	778	2026-11-28 23:07:42.106921+00	f	C	ledger-1	emt:default	1	e9849939-f3a5-4ef6-bba7-d5cc6390cbcd	CloseRequested	{"reason": "it's late"}	{}
3	8	778	2026-11-28 23:07:42.106921+00	f	E	ledger-1	emt:default	1	5724789b-86e7-4744-89b2-332333fa3c43	Tagged	{"tags": ["x", "y"]}	{}
\.


--
-- Data for Name: emt_messages_emt_default_archived; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.emt_messages_emt_default_archived (stream_position, global_position, transaction_id, created, is_archived, message_kind, stream_id, partition, message_schema_version, message_id, message_type, message_data, message_metadata) FROM stdin;
1	9	779	2026-11-28 23:07:42.114019+00	t	E	profile-1	emt:default	1	9bcf61ca-a1f4-43d4-8dc3-0cb6d9d1010f	Patched	{"patch": {"10": [1, [2, null]], "with space": null}}	{}
2	10	779	2026-11-28 23:07:42.114019+00	t	E	profile-1	emt:default	1	70eb0af2-21fc-4f6e-908e-915d04b911a7	Renamed	{"name": "東京\\nタワー", "matrix": [[1000000000000000000000]]}	{}
\.


--
-- Data for Name: emt_processors_emt_default; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.emt_processors_emt_default (last_processed_transaction_id, version, processor_id, partition, status, last_processed_checkpoint, processor_instance_id, created_at, last_updated) FROM stdin;
\.


--
-- Data for Name: emt_projections_emt_default; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.emt_projections_emt_default (version, type, name, partition, kind, status, definition, created_at, last_updated) FROM stdin;
\.


--
-- Data for Name: emt_streams_emt_default_active; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.emt_streams_emt_default_active (stream_id, stream_position, partition, stream_type, stream_metadata, is_archived) FROM stdin;
cart-1	4	emt:default	cart	{}	f
cart-2-with-dashes	1	emt:default	cart	{}	f
ledger-1	3	emt:default	ledger	{}	f
\.


--
-- Data for Name: emt_streams_emt_default_archived; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.emt_streams_emt_default_archived (stream_id, stream_position, partition, stream_type, stream_metadata, is_archived) FROM stdin;
profile-1	2	emt:default	profile	{}	t
\.


--
-- Name: emt_global_message_position; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.emt_global_message_position', 10, true);


--
-- Name: emt_messages emt_messages_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.emt_messages
    ADD CONSTRAINT emt_messages_pkey PRIMARY KEY (stream_id, stream_position, partition, is_archived);


--
-- Name: emt_messages_emt_default emt_messages_emt_default_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.emt_messages_emt_default
    ADD CONSTRAINT emt_messages_emt_default_pkey PRIMARY KEY (stream_id, stream_position, partition, is_archived);


--
-- Name: emt_messages_emt_default_active emt_messages_emt_default_active_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.emt_messages_emt_default_active
    ADD CONSTRAINT emt_messages_emt_default_active_pkey PRIMARY KEY (stream_id, stream_position, partition, is_archived);


--
-- Name: emt_messages_emt_default_archived emt_messages_emt_default_archived_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.emt_messages_emt_default_archived
    ADD CONSTRAINT emt_messages_emt_default_archived_pkey PRIMARY KEY (stream_id, stream_position, partition, is_archived);


--
-- Name: emt_processors emt_processors_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.emt_processors
    ADD CONSTRAINT emt_processors_pkey PRIMARY KEY (processor_id, partition, version);


--
-- Name: emt_processors_emt_default emt_processors_emt_default_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.emt_processors_emt_default
    ADD CONSTRAINT emt_processors_emt_default_pkey PRIMARY KEY (processor_id, partition, version);


--
-- Name: emt_projections emt_projections_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.emt_projections
    ADD CONSTRAINT emt_projections_pkey PRIMARY KEY (name, partition, version);


--
-- Name: emt_projections_emt_default emt_projections_emt_default_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.emt_projections_emt_default
    ADD CONSTRAINT emt_projections_emt_default_pkey PRIMARY KEY (name, partition, version);


--
-- Name: emt_streams emt_streams_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.emt_streams
    ADD CONSTRAINT emt_streams_pkey PRIMARY KEY (stream_id, partition, is_archived);


--
-- Name: emt_streams_emt_default emt_streams_emt_default_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.emt_streams_emt_default
    ADD CONSTRAINT emt_streams_emt_default_pkey PRIMARY KEY (stream_id, partition, is_archived);


--
-- Name: emt_streams_emt_default_active emt_streams_emt_default_active_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.emt_streams_emt_default_active
    ADD CONSTRAINT emt_streams_emt_default_active_pkey PRIMARY KEY (stream_id, partition, is_archived);


--
-- Name: emt_streams_emt_default_archived emt_streams_emt_default_archived_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.emt_streams_emt_default_archived
    ADD CONSTRAINT emt_streams_emt_default_archived_pkey PRIMARY KEY (stream_id, partition, is_archived);


--
-- Name: idx_streams_unique; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX idx_streams_unique ON ONLY public.emt_streams USING btree (stream_id, partition, is_archived) INCLUDE (stream_position);


--
-- Name: emt_streams_emt_default_stream_id_partition_is_archived_str_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX emt_streams_emt_default_stream_id_partition_is_archived_str_idx ON ONLY public.emt_streams_emt_default USING btree (stream_id, partition, is_archived) INCLUDE (stream_position);


--
-- Name: emt_streams_emt_default_activ_stream_id_partition_is_archiv_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX emt_streams_emt_default_activ_stream_id_partition_is_archiv_idx ON public.emt_streams_emt_default_active USING btree (stream_id, partition, is_archived) INCLUDE (stream_position);


--
-- Name: emt_streams_emt_default_archi_stream_id_partition_is_archiv_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX emt_streams_emt_default_archi_stream_id_partition_is_archiv_idx ON public.emt_streams_emt_default_archived USING btree (stream_id, partition, is_archived) INCLUDE (stream_position);


--
-- Name: emt_messages_emt_default_active_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.emt_messages_emt_default_pkey ATTACH PARTITION public.emt_messages_emt_default_active_pkey;


--
-- Name: emt_messages_emt_default_archived_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.emt_messages_emt_default_pkey ATTACH PARTITION public.emt_messages_emt_default_archived_pkey;


--
-- Name: emt_messages_emt_default_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.emt_messages_pkey ATTACH PARTITION public.emt_messages_emt_default_pkey;


--
-- Name: emt_processors_emt_default_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.emt_processors_pkey ATTACH PARTITION public.emt_processors_emt_default_pkey;


--
-- Name: emt_projections_emt_default_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.emt_projections_pkey ATTACH PARTITION public.emt_projections_emt_default_pkey;


--
-- Name: emt_streams_emt_default_activ_stream_id_partition_is_archiv_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.emt_streams_emt_default_stream_id_partition_is_archived_str_idx ATTACH PARTITION public.emt_streams_emt_default_activ_stream_id_partition_is_archiv_idx;


--
-- Name: emt_streams_emt_default_active_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.emt_streams_emt_default_pkey ATTACH PARTITION public.emt_streams_emt_default_active_pkey;


--
-- Name: emt_streams_emt_default_archi_stream_id_partition_is_archiv_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.emt_streams_emt_default_stream_id_partition_is_archived_str_idx ATTACH PARTITION public.emt_streams_emt_default_archi_stream_id_partition_is_archiv_idx;


--
-- Name: emt_streams_emt_default_archived_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.emt_streams_emt_default_pkey ATTACH PARTITION public.emt_streams_emt_default_archived_pkey;


--
-- Name: emt_streams_emt_default_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.emt_streams_pkey ATTACH PARTITION public.emt_streams_emt_default_pkey;


--
-- Name: emt_streams_emt_default_stream_id_partition_is_archived_str_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.idx_streams_unique ATTACH PARTITION public.emt_streams_emt_default_stream_id_partition_is_archived_str_idx;


--
-- PostgreSQL database dump complete
--

\unrestrict hdd4QhnIYFEbbdQq70eiUQWQhdG5yzXwHhitXf6otmv1MtQipBcKERzmRDdLUUf

