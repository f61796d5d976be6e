"""Pages of the storefront; no URL ends in a slash."""

from django.urls import path

from apps.ui.storefront.views import account, cart, orders, reviews, shop, watch

urlpatterns = [
    path("", shop.home, name="home"),
    path("shop", shop.product_list, name="shop"),
    path("search", shop.product_list, name="search"),
    path("search/suggest", shop.suggest, name="suggest"),
    path("shop/c/<path:path>", shop.product_list, name="category"),
    path("collections", shop.collections, name="collections"),
    path("collections/<slug:slug>", shop.collection, name="collection"),
    path("p/<slug:slug>", shop.product, name="product"),
    path("p/<slug:slug>/reviews", reviews.post_review, name="post-review"),
    path("p/<slug:slug>/reviews/mine", reviews.change_review, name="change-review"),
    path("p/<slug:slug>/reviews/mine/delete", reviews.delete_review, name="delete-review"),
    path("p/<slug:slug>/reviews/<uuid:review_id>/report", reviews.report_review, name="report-review"),
    path("cart", cart.cart, name="cart"),
    path("cart/add", cart.add, name="cart-add"),
    path("cart/lines/<str:sku>", cart.change_line, name="cart-line"),
    path("checkout", cart.checkout, name="checkout"),
    path("orders", orders.order_list, name="orders"),
    path("orders/<str:number>", orders.order, name="order"),
    path("orders/<str:number>/cancel", orders.cancel, name="order-cancel"),
    path("library", watch.library, name="library"),
    path("watch/<slug:slug>", watch.watch, name="watch"),
    path("watch/<slug:slug>/play", watch.play, name="watch-play"),
    path("watch/<slug:slug>/progress", watch.progress, name="watch-progress"),
    path("watch/<slug:slug>/stop", watch.stop, name="watch-stop"),
    path("account", account.account, name="account"),
    path("account/sign-in", account.sign_in, name="sign-in"),
    path("account/sign-out", account.sign_out, name="sign-out"),
    path("account/register", account.register, name="register"),
    path("account/check-mail", account.check_email, name="check-mail"),
    path("account/verify", account.verify, name="verify"),
    path("account/resend", account.resend, name="resend"),
    path("account/password/reset", account.reset_password, name="reset"),
    path("account/password/reset/confirm", account.confirm_reset, name="reset-confirm"),
    path("account/addresses/<uuid:address_id>", account.change_address, name="change-address"),
    path("about", account.about, name="about"),
]
