"""The peer of the benchmarks: the page one writes with streamlit-folium in ten minutes.

A filter, a Folium map made anew at every run, circle markers coloured by status. Same plan, same sites.
Leaflet comes from this machine, so that the comparison is not one of networks.
"""

import os
from datetime import date
from pathlib import Path

import folium
import streamlit as st
from streamlit_folium import st_folium

from layers.plan.scene import Scene
from layers.plan.terms import Status
from layers.selection.select import select
from layers.store.folder import check_folder
from layers.style import STATUS

ASSETS = os.environ["PLAIN_PAGE_ASSETS"]
folium.Map.default_js = [("leaflet", f"{ASSETS}/leaflet.js")]
folium.Map.default_css = [("leaflet", f"{ASSETS}/leaflet.css")]


@st.cache_resource
def plan():
    return check_folder(Path(os.environ["PLAIN_PAGE_PLAN"]))[0]


st.set_page_config(layout="wide")
chosen = st.pills("Status", [status.value for status in Status], selection_mode="multi")
scene = Scene(statuses=frozenset(Status(value) for value in chosen))
selection = select(plan(), scene, today=date(2026, 11, 22))
figure = folium.Map(location=(39.12, 117.4), zoom_start=11, tiles=None, prefer_canvas=True)
for site_id, state in selection.sites.items():
    site = plan().sites[site_id]
    if state is None or site.geometry is None or site.geometry.geom_type != "Point":
        continue
    folium.CircleMarker(
        (site.geometry.y, site.geometry.x),
        radius=7,
        color=STATUS[state.status].colour,
        fill=True,
        tooltip=folium.Tooltip(site.id),
    ).add_to(figure)
st_folium(figure, height=600, use_container_width=True, returned_objects=[], key="plain")
