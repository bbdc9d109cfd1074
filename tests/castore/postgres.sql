--
-- PostgreSQL database dump
--

\restrict xZCl9CTVYuFGbfbVYzlBcMFlxvpseXCZ7f8NuqcYUpS1bxn1L9X1cbv1z7gt95o

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
-- Name: event; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.event (
    id bigint NOT NULL,
    aggregate_name character varying(32) NOT NULL,
    aggregate_id character varying(64) NOT NULL,
    version bigint NOT NULL,
    type character varying(64) NOT NULL,
    data jsonb,
    metadata jsonb,
    "timestamp" timestamp with time zone DEFAULT CURRENT_TIMESTAMP(3) NOT NULL
);


--
-- Name: event_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: event_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.event_id_seq OWNED BY public.event.id;


--
-- Name: event id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.event ALTER COLUMN id SET DEFAULT nextval('public.event_id_seq'::regclass);


--
-- Data for Name: event; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.event (id, aggregate_name, aggregate_id, version, type, data, metadata, "timestamp") FROM stdin;
1	COURIERS	courier-1	1	COURIER_HIRED	{"name": "Bo"}	{"by": "office"}	2026-03-07 22:23:47.561+00
2	COURIERS	courier-2	1	COURIER_HIRED	{"name": "Chiara"}	{"by": "office"}	2026-03-07 22:46:31.17+00
3	PARCELS	parcel-2001	1	PARCEL_SENT	{"to": {"city": "Zürich", "name": "Ada", "floor": 2, "notes": []}, "code": 70000, "from": "Bergen", "grams": 3763, "price": 10.02}	{"by": "shop", "correlationId": "order-0"}	2026-03-07 23:19:22.512+00
4	PARCELS	parcel-2001	2	PARCEL_SCANNED	{"belt": 1, "place": "Bergen"}	\N	2026-03-08 00:47:09.25+00
5	PARCELS	parcel-2001	3	PARCEL_SCANNED	{"belt": 17, "place": "札幌"}	{"scanner": "s-4"}	2026-03-08 02:12:45.211+00
6	PARCELS	parcel-2001	4	PARCEL_LOADED	{"courierId": "courier-2"}	{"correlationId": "order-0"}	2026-03-08 03:07:59.506+00
7	COURIERS	courier-2	2	COURIER_LOADED	{"grams": 3763, "parcelId": "parcel-2001"}	{"correlationId": "order-0"}	2026-03-08 03:07:59.506+00
8	PARCELS	parcel-2001	5	PARCEL_DELIVERED	{"signedBy": "Ada"}	{"correlationId": "order-0"}	2026-03-08 06:26:50.944+00
9	COURIERS	courier-2	3	COURIER_UNLOADED	{"grams": 3763, "parcelId": "parcel-2001", "delivered": true}	{"correlationId": "order-0"}	2026-03-08 06:26:50.944+00
10	PARCELS	parcel-2002	1	PARCEL_SENT	{"to": {"city": "Graz", "name": "Dđ", "floor": 3, "notes": []}, "code": 70001, "from": "Zürich", "grams": 23327, "price": 11.93}	{"by": "shop", "correlationId": "order-1"}	2026-03-08 07:25:47.684+00
11	PARCELS	parcel-2002	2	PARCEL_SCANNED	{"belt": 37, "place": "Kiel"}	{"scanner": "s-5"}	2026-03-08 08:55:25.653+00
12	PARCELS	parcel-2002	3	PARCEL_SCANNED	{"belt": 22, "place": "Nice"}	\N	2026-03-08 09:53:02.092+00
13	PARCELS	parcel-2002	4	PARCEL_SCANNED	{"belt": 22, "place": "Zürich"}	{"scanner": "s-3"}	2026-03-08 10:18:47.29+00
14	PARCELS	parcel-2002	5	PARCEL_SCANNED	{"belt": 26, "place": "Kiel"}	\N	2026-03-08 11:46:05.067+00
15	PARCELS	parcel-2002	6	PARCEL_LOADED	{"courierId": "courier-1"}	{"correlationId": "order-1"}	2026-03-08 12:07:20.51+00
16	COURIERS	courier-1	2	COURIER_LOADED	{"grams": 23327, "parcelId": "parcel-2002"}	{"correlationId": "order-1"}	2026-03-08 12:07:20.51+00
17	PARCELS	parcel-2002	7	PARCEL_DELIVERED	{"signedBy": "Bo"}	{"correlationId": "order-1"}	2026-03-08 16:18:24.887+00
18	COURIERS	courier-1	3	COURIER_UNLOADED	{"grams": 23327, "parcelId": "parcel-2002", "delivered": true}	{"correlationId": "order-1"}	2026-03-08 16:18:24.887+00
19	PARCELS	parcel-2003	1	PARCEL_SENT	{"to": {"city": "Łódź", "name": "Łukasz", "floor": 5, "notes": []}, "code": 70002, "from": "Nice", "grams": 4726, "price": 17.44}	{"by": "shop", "correlationId": "order-2"}	2026-03-08 18:31:35.895+00
20	PARCELS	parcel-2003	2	PARCEL_SCANNED	{"belt": 17, "place": "Graz"}	\N	2026-03-08 19:24:18.921+00
21	PARCELS	parcel-2003	3	PARCEL_SCANNED	{"belt": 30, "place": "Graz"}	{"scanner": "s-6"}	2026-03-08 19:32:42.579+00
22	PARCELS	parcel-2003	4	PARCEL_SCANNED	{"belt": 36, "place": "Łódź"}	\N	2026-03-08 20:40:44.987+00
23	PARCELS	parcel-2003	5	PARCEL_SCANNED	{"belt": 11, "place": "Bergen"}	{"scanner": "s-3"}	2026-03-08 21:08:22.521+00
24	PARCELS	parcel-2003	6	PARCEL_LOADED	{"courierId": "courier-1"}	{"correlationId": "order-2"}	2026-03-08 21:19:53.035+00
25	COURIERS	courier-1	4	COURIER_LOADED	{"grams": 4726, "parcelId": "parcel-2003"}	{"correlationId": "order-2"}	2026-03-08 21:19:53.035+00
26	PARCELS	parcel-2003	7	PARCEL_DELIVERED	{"signedBy": "Łukasz"}	{"correlationId": "order-2"}	2026-03-08 22:43:49.386+00
27	COURIERS	courier-1	5	COURIER_UNLOADED	{"grams": 4726, "parcelId": "parcel-2003", "delivered": true}	{"correlationId": "order-2"}	2026-03-08 22:43:49.386+00
28	PARCELS	COURIERS#old-7	1	PARCEL_SENT	{"to": {"city": "Graz", "name": "Chiara", "floor": 4, "notes": []}, "code": 70003, "from": "Zürich", "grams": 775, "price": 8.57}	{"by": "shop", "correlationId": "order-3"}	2026-03-09 01:08:29.117+00
29	PARCELS	COURIERS#old-7	2	PARCEL_SCANNED	{"belt": 35, "place": "Łódź"}	\N	2026-03-09 02:32:44.076+00
30	PARCELS	COURIERS#old-7	3	PARCEL_SCANNED	{"belt": 6, "place": "Kiel"}	{"scanner": "s-8"}	2026-03-09 03:49:20.042+00
31	PARCELS	COURIERS#old-7	4	PARCEL_SCANNED	{"belt": 33, "place": "札幌"}	{"scanner": "s-7"}	2026-03-09 04:39:39.275+00
32	PARCELS	COURIERS#old-7	5	PARCEL_LOADED	{"courierId": "courier-1"}	{"correlationId": "order-3"}	2026-03-09 05:05:21.732+00
33	COURIERS	courier-1	6	COURIER_LOADED	{"grams": 775, "parcelId": "COURIERS#old-7"}	{"correlationId": "order-3"}	2026-03-09 05:05:21.732+00
34	PARCELS	COURIERS#old-7	6	PARCEL_DELIVERED	{"signedBy": "Łukasz"}	{"correlationId": "order-3"}	2026-03-09 08:49:22.74+00
35	COURIERS	courier-1	7	COURIER_UNLOADED	{"grams": 775, "parcelId": "COURIERS#old-7", "delivered": true}	{"correlationId": "order-3"}	2026-03-09 08:49:22.74+00
36	PARCELS	parcel-2005	1	PARCEL_SENT	{"to": {"city": "Kiel", "name": "Eve", "floor": null, "notes": ["ring twice", ""]}, "code": 70004, "from": "Kiel", "grams": 19823, "price": 5.33}	{"by": "shop", "correlationId": "order-4"}	2026-03-09 10:10:15.197+00
37	PARCELS	parcel-2005	2	PARCEL_SCANNED	{"belt": 5, "place": "札幌"}	\N	2026-03-09 10:45:41.645+00
38	PARCELS	parcel-2005	3	PARCEL_SCANNED	{"belt": 10, "place": "Graz"}	{"scanner": "s-5"}	2026-03-09 11:45:21.379+00
39	PARCELS	parcel-2005	4	PARCEL_SCANNED	{"belt": 35, "place": "Kiel"}	\N	2026-03-09 12:34:55.589+00
40	PARCELS	parcel-2005	5	PARCEL_LOADED	{"courierId": "courier-1"}	{"correlationId": "order-4"}	2026-03-09 12:57:30.195+00
41	COURIERS	courier-1	8	COURIER_LOADED	{"grams": 19823, "parcelId": "parcel-2005"}	{"correlationId": "order-4"}	2026-03-09 12:57:30.195+00
42	PARCELS	parcel-2005	6	PARCEL_DELIVERED	{"signedBy": "Dđ"}	{"correlationId": "order-4"}	2026-03-09 13:57:39.14+00
43	COURIERS	courier-1	9	COURIER_UNLOADED	{"grams": 19823, "parcelId": "parcel-2005", "delivered": true}	{"correlationId": "order-4"}	2026-03-09 13:57:39.14+00
\.


--
-- Name: event_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.event_id_seq', 43, true);


--
-- Name: event event_aggregate_name_aggregate_id_version_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_aggregate_name_aggregate_id_version_key UNIQUE (aggregate_name, aggregate_id, version);


--
-- Name: event event_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (id);


--
-- Name: idx_event_aggregate_lookup; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_event_aggregate_lookup ON public.event USING btree (aggregate_name, aggregate_id);


--
-- Name: idx_event_aggregate_name; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_event_aggregate_name ON public.event USING btree (aggregate_name);


--
-- Name: idx_event_version; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_event_version ON public.event USING btree (version);


--
-- PostgreSQL database dump complete
--

\unrestrict xZCl9CTVYuFGbfbVYzlBcMFlxvpseXCZ7f8NuqcYUpS1bxn1L9X1cbv1z7gt95o

