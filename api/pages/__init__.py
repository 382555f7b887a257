"""The web pages: templates without data, whose modules talk to the API as any other caller does.

How a page is added is described in `api/static/README.md`.
"""

from api.pages._pages import Page, asks_for_a_page, not_found_response, page_response

__all__ = ["Page", "asks_for_a_page", "not_found_response", "page_response"]
