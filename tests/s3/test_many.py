"""10,000 objects in one bucket: put by several clients, listed by pages and by folders."""

import concurrent.futures
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from server import Server  # noqa: E402

COUNT = 10000


class ManyTest(unittest.TestCase):
    def test_ten_thousand_are_listed(self):
        keys = [f"train/{i % 10}/{i:05}.png" for i in range(COUNT)]
        with Server() as server:
            server.client("s3").create_bucket(Bucket="bkt")

            def put(share):
                client = server.client("s3")
                for key in share:
                    client.put_object(Bucket="bkt", Key=key, Body=b"x")

            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                list(pool.map(put, [keys[i::4] for i in range(4)]))
            client = server.client("s3")
            pages = list(client.get_paginator("list_objects_v2").paginate(Bucket="bkt"))
            self.assertEqual(len(pages), COUNT / 1000)
            self.assertEqual([o["Key"] for page in pages for o in page["Contents"]], sorted(keys))
            folders = client.list_objects_v2(Bucket="bkt", Prefix="train/", Delimiter="/")
            self.assertEqual([p["Prefix"] for p in folders["CommonPrefixes"]], [f"train/{d}/" for d in range(10)])
            self.assertEqual((folders["KeyCount"], folders["IsTruncated"]), (10, False))


if __name__ == "__main__":
    unittest.main()
