// Tests that pin threads and race them must not share the cores with other tests.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
