"""What is published: the exports of every mechanism, and the site that is made of them; all or nothing."""
